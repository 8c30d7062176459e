package dev.wasmsandbox.tuning;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import dev.wasmsandbox.tuning.TrialResult.Verdict;

/**
 * Chooses moves without any prediction: each parameter in turn, first as far as the last
 * move that was kept and in its direction, then the other way, then half as far. A
 * pattern search after R. Hooke and T. A. Jeeves, "Direct search solution of numerical
 * and statistical problems", Journal of the ACM 8 (1961).
 */
final class DirectSearch {

	private final List<Parameter> parameters;

	private final List<TrialResult> history;

	private final double reach;

	DirectSearch(List<Parameter> parameters, List<TrialResult> history, double reach) {
		this.parameters = parameters;
		this.history = history;
		this.reach = reach;
	}

	/**
	 * The next move.
	 * @param candidates what was not rejected, by the parameters it changes; only steps
	 * to these are made
	 */
	Optional<Move> next(Map<Set<String>, List<Move>> candidates, Map<String, Double> present) {
		return this.parameters.stream()
			.filter((parameter) -> candidates.containsKey(Set.of(parameter.id())))
			.sorted(Comparator.comparingLong(this::trials))
			.flatMap((parameter) -> steps(parameter, present).stream()
				.map((value) -> new Move(present, new TreeMap<>(Map.of(parameter.id(), value))))
				.filter((move) -> candidates.getOrDefault(Set.of(parameter.id()), List.of())
					.stream()
					.anyMatch(move::sameAs))
				.limit(1))
			.findFirst();
	}

	private long trials(Parameter parameter) {
		return of(parameter).count();
	}

	private java.util.stream.Stream<TrialResult> of(Parameter parameter) {
		return this.history.stream()
			.filter((result) -> result.proposal().move().changes().keySet().equals(Set.of(parameter.id())));
	}

	private List<Double> steps(Parameter parameter, Map<String, Double> present) {
		int at = index(parameter, present);
		int step = Candidates.furthest(parameter, this.reach);
		int direction = 1;
		for (TrialResult result : of(parameter).filter((one) -> one.verdict() == Verdict.KEPT).toList()) {
			int moved = index(parameter, result.proposal().move().to())
					- index(parameter, result.proposal().move().from());
			direction = Integer.signum(moved);
			step = Math.abs(moved);
		}
		java.util.stream.IntStream.Builder steps = java.util.stream.IntStream.builder();
		int length = parameter.range().ordered() ? step : parameter.range().size();
		while (length >= 1) {
			steps.add(at + direction * length);
			steps.add(at - direction * length);
			length = parameter.range().ordered() ? length / 2 : length - 1;
		}
		return steps.build()
			.filter((index) -> index >= 0 && index < parameter.range().size())
			.mapToObj((index) -> parameter.range().values().get(index))
			.toList();
	}

	private static int index(Parameter parameter, Map<String, Double> configuration) {
		return parameter.range().indexOf(configuration.getOrDefault(parameter.id(), 0.0));
	}

}
