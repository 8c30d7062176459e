package dev.wasmsandbox.benchmarks.harness;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * A figure that follows from figures of the same benchmark which were measured in JVMs of
 * their own. It has no value where one of those has none.
 *
 * @param figure what it is
 * @param from the ids it follows from
 * @param rule how
 */
public record Derived(FigureSpec figure, List<String> from, Rule rule) {

	public Derived {
		from = List.copyOf(from);
		if (from.isEmpty()) {
			throw new IllegalArgumentException("'" + figure.id() + "' follows from nothing");
		}
	}

	/** How a figure follows from others. */
	public enum Rule {

		/**
		 * The geometric mean of the figures, fork by fork: the value is the median of the
		 * forks' means, the spread that of the means.
		 */
		GEOMETRIC_MEAN,

		/** The figure with the least value, with its spread. */
		LEAST

	}

	/**
	 * Computes it.
	 * @param forks what the forks found, by the id of the figure
	 */
	Figure join(Map<String, List<ForkResult>> forks) {
		List<Figure> figures = new ArrayList<>();
		for (String id : this.from) {
			List<ForkResult> results = Objects.requireNonNull(forks.get(id), id);
			figures.add(Forks.join(FigureSpec.ratio(id, ""), results));
		}
		for (Figure found : figures) {
			if (found.value() == null) {
				return Figure.missing(this.figure, found.id() + ": " + found.reason());
			}
		}
		return switch (this.rule) {
			case GEOMETRIC_MEAN -> Figure.of(this.figure, means(forks));
			case LEAST -> least(figures);
		};
	}

	private List<Samples> means(Map<String, List<ForkResult>> forks) {
		int number = Objects.requireNonNull(forks.get(this.from.getFirst())).size();
		List<Samples> means = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			int fork = i;
			ToDoubleFunction<String> logarithm = (id) -> Math
				.log(Objects.requireNonNull(forks.get(id)).get(fork).require(id).median());
			means.add(Samples.of(Math.exp(this.from.stream().mapToDouble(logarithm).average().orElseThrow())));
		}
		return means;
	}

	private Figure least(List<Figure> figures) {
		Figure least = figures.stream()
			.min(Comparator.comparing((found) -> Objects.requireNonNull(found.value())))
			.orElseThrow();
		return new Figure(this.figure.id(), least.value(), this.figure.unit(), least.spread(), this.figure.against(),
				null);
	}

}
