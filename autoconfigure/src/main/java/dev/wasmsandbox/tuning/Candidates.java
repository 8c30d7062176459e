package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.wasmsandbox.tuning.TunerState.Rejection;
import dev.wasmsandbox.tuning.WindowSample.Hint;

/**
 * The moves that may be tried from one configuration. Each stays within the ranges and
 * the reach, changes one free parameter or one registered pair, and is no move that was
 * rejected lately or that is known to be of no use.
 */
final class Candidates {

	/** Values on each side of the present one. */
	private static final int PER_SIDE = 8;

	private static final int PER_SIDE_OF_PAIRS = 4;

	private final List<Parameter> parameters;

	private final Map<String, Double> present;

	private final List<Rejection> rejections;

	private final List<Hint> useless;

	private final double reach;

	/**
	 * From one configuration.
	 * @param useless values that are known to gain nothing: not tried, alone or in pairs
	 */
	Candidates(List<Parameter> parameters, Map<String, Double> present, List<Rejection> rejections, List<Hint> useless,
			double reach) {
		this.parameters = parameters.stream().filter(Parameter::free).toList();
		this.present = present;
		this.rejections = rejections;
		this.useless = useless;
		this.reach = reach;
	}

	/** The moves, by the parameters that they change. */
	Map<Set<String>, List<Move>> all() {
		Map<Set<String>, List<Move>> moves = new LinkedHashMap<>();
		for (Parameter parameter : this.parameters) {
			moves.put(Set.of(parameter.id()), single(parameter));
		}
		for (Parameter first : this.parameters) {
			for (Parameter second : this.parameters) {
				if (together(first, second.id()) && first.id().compareTo(second.id()) < 0) {
					moves.put(new TreeSet<>(List.of(first.id(), second.id())), pair(first, second));
				}
			}
		}
		return moves;
	}

	private List<Move> single(Parameter parameter) {
		List<Move> moves = new ArrayList<>();
		for (double value : values(parameter, PER_SIDE)) {
			add(moves, Map.of(parameter.id(), value));
		}
		return moves;
	}

	private List<Move> pair(Parameter first, Parameter second) {
		List<Move> moves = new ArrayList<>();
		for (double one : values(first, PER_SIDE_OF_PAIRS)) {
			for (double other : values(second, PER_SIDE_OF_PAIRS)) {
				add(moves, Map.of(first.id(), one, second.id(), other));
			}
		}
		return moves;
	}

	private void add(List<Move> moves, Map<String, Double> changes) {
		Move move = new Move(this.present, new TreeMap<>(changes));
		if (this.rejections.stream().noneMatch((rejection) -> repeats(move, rejection.move()))) {
			moves.add(move);
		}
	}

	/**
	 * Whether it is the same move, with the same values of what belongs together with it.
	 */
	private boolean repeats(Move move, Move rejected) {
		return rejected.sameAs(move) && this.parameters.stream()
			.filter((parameter) -> move.changes().keySet().stream().anyMatch((id) -> together(parameter, id)))
			.allMatch((parameter) -> java.util.Objects.equals(move.from().get(parameter.id()),
					rejected.from().get(parameter.id())));
	}

	private boolean together(Parameter parameter, String id) {
		return parameter.together().contains(id) || this.parameters.stream()
			.anyMatch((other) -> other.id().equals(id) && other.together().contains(parameter.id()));
	}

	/** Other values within reach: all, or so many on each side at equal distances. */
	private List<Double> values(Parameter parameter, int perSide) {
		int size = parameter.range().size();
		int at = parameter.range().indexOf(this.present.getOrDefault(parameter.id(), 0.0));
		int far = parameter.range().ordered() ? furthest(parameter) : size;
		Set<Integer> indices = new TreeSet<>();
		int count = parameter.range().ordered() ? Math.min(far, perSide) : far;
		for (int i = 1; i <= count; i++) {
			int distance = (int) Math.round((double) far * i / count);
			indices.add(at - distance);
			indices.add(at + distance);
		}
		return indices.stream()
			.filter((index) -> index >= 0 && index < size)
			.map((index) -> parameter.range().values().get(index))
			.filter((value) -> this.useless.stream()
				.noneMatch((hint) -> hint.parameter().equals(parameter.id()) && hint.value() == value))
			.toList();
	}

	private int furthest(Parameter parameter) {
		return furthest(parameter, this.reach);
	}

	/** How many steps one move may go. */
	static int furthest(Parameter parameter, double reach) {
		return Math.max(1, (int) Math.round(reach * (parameter.range().size() - 1)));
	}

}
