package dev.wasmsandbox.tuning;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.wasmsandbox.observe.Tunable;

/**
 * A change from one configuration to another that differs in one parameter or one
 * registered pair. Immutable.
 *
 * @param from all values before
 * @param changes the new values, by parameter
 */
public record Move(Map<String, Double> from, SortedMap<String, Double> changes) {

	public Move {
		from = Map.copyOf(from);
		changes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(changes));
	}

	/** All values after. */
	public Map<String, Double> to() {
		Map<String, Double> to = new TreeMap<>(this.from);
		to.putAll(this.changes);
		return Map.copyOf(to);
	}

	/** Whether the same values are replaced by the same ones. */
	boolean sameAs(Move other) {
		return this.changes.equals(other.changes)
				&& this.changes.keySet().stream().allMatch((id) -> value(this, id).equals(value(other, id)));
	}

	private static Double value(Move move, String id) {
		return move.from.getOrDefault(id, Double.NaN);
	}

	/**
	 * What a trial of the move promises and may cost.
	 *
	 * @param move the change
	 * @param prediction what is expected of it
	 * @param risk the greatest risk of its parameters, raised where much may be lost
	 * @param exploration whether it is tried to learn rather than on a promise
	 */
	public record Proposal(Move move, Prediction prediction, Tunable.Risk risk, boolean exploration) {
	}

}
