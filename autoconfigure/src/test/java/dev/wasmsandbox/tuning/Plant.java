package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.TuningRange;

/**
 * Something to tune whose best configuration is known. Without noise; the same seed gives
 * the same plant.
 */
final class Plant {

	/** How the loss of one parameter levels off far from its best value. */
	private static final double LEVEL = 0.3;

	private final List<Parameter> parameters = new ArrayList<>();

	private final Map<String, Double> start = new TreeMap<>();

	/** Positions of the best values, and of each choice its loss. */
	private final List<double[]> best = new ArrayList<>();

	private final double[] weights;

	private final double[] distances;

	private final double correlation;

	/**
	 * A plant.
	 * @param count how many parameters
	 * @param below how far below the best the start is, a part of the best; 0 for a plant
	 * that does not care
	 * @param correlation how much neighbouring parameters belong together, 0 to 0.9
	 */
	Plant(Random random, int count, double below, double correlation) {
		this.correlation = correlation;
		this.weights = new double[count];
		this.distances = new double[count];
		double sum = 0;
		for (int i = 0; i < count; i++) {
			this.weights[i] = -Math.log(random.nextDouble());
			sum += this.weights[i];
		}
		for (int i = 0; i < count; i++) {
			this.weights[i] *= -Math.log(1 - below) / sum;
			boolean choices = correlation == 0 && random.nextInt(4) == 0;
			add(random, i, choices ? choices(random.nextInt(2, 5)) : scale(random), count);
		}
		double loss = -Math.log(rate(this.start));
		for (int i = 0; i < count && loss > 0; i++) {
			this.weights[i] *= -Math.log(1 - below) / loss;
		}
	}

	/**
	 * A generator for plants and noise. Seeds are mixed first: generators of neighbouring
	 * seeds begin alike, and so would the plants.
	 */
	static Random random(long seed) {
		return new Random(new SplittableRandom(seed).nextLong());
	}

	private static TuningRange choices(int count) {
		return TuningRange.choices(List.of("a", "b", "c", "d").subList(0, count));
	}

	private static TuningRange scale(Random random) {
		return switch (random.nextInt(3)) {
			case 0 -> TuningRange.multiplicative(1, 1024, 2);
			case 1 -> TuningRange.additive(0, 64, 2);
			default -> TuningRange.multiplicative(1, 500, 1.5);
		};
	}

	private void add(Random random, int index, TuningRange range, int count) {
		Set<String> together = (this.correlation > 0 && index + 1 < count) ? Set.of("p" + (index + 1)) : Set.of();
		this.parameters.add(new Parameter("p" + index, range, Tunable.Risk.LOW, together, false));
		int optimum = random.nextInt(range.size());
		int from = optimum;
		while (Math.abs(from - optimum) < (range.ordered() ? 0.2 * (range.size() - 1) : 1)) {
			from = random.nextInt(range.size());
		}
		double[] losses = new double[range.ordered() ? 1 : range.size()];
		if (range.ordered()) {
			losses[0] = range.position(range.values().get(optimum));
			this.distances[index] = range.position(range.values().get(from)) - losses[0];
		}
		else {
			for (int i = 0; i < losses.length; i++) {
				losses[i] = (i == optimum) ? 0 : (i == from) ? 1 : 1.5 * random.nextDouble();
			}
		}
		this.best.add(losses);
		this.start.put("p" + index, range.values().get(from));
	}

	List<Parameter> parameters() {
		return this.parameters;
	}

	Map<String, Double> start() {
		return Map.copyOf(this.start);
	}

	/** A part of the best there is. */
	double rate(Map<String, Double> configuration) {
		double loss = 0;
		double before = 0;
		for (int i = 0; i < this.weights.length; i++) {
			Parameter parameter = this.parameters.get(i);
			double value = configuration.getOrDefault(parameter.id(), 0.0);
			double[] known = this.best.get(i);
			if (!parameter.range().ordered()) {
				loss += this.weights[i] * known[(int) value];
				continue;
			}
			double off = (parameter.range().position(value) - known[0]) / this.distances[i];
			double square = off * off - 2 * this.correlation * off * before + this.correlation * before * before;
			loss += this.weights[i] * (1 + LEVEL) * square / (1 + LEVEL * square);
			before = off;
		}
		return Math.exp(-loss);
	}

	/** Another optimum, as after another kind of load has come. */
	void shift(Random random) {
		for (int i = 0; i < this.weights.length; i++) {
			TuningRange range = this.parameters.get(i).range();
			if (range.ordered()) {
				this.best.get(i)[0] = range.position(range.values().get(random.nextInt(range.size())));
			}
		}
	}

}
