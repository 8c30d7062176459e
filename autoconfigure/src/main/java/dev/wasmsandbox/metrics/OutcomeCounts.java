package dev.wasmsandbox.metrics;

import java.util.function.ToLongFunction;

import dev.wasmsandbox.observe.Outcome;

/**
 * How many calls ended in which way. Immutable.
 */
@SuppressWarnings("EnumOrdinal") // an index into an array that nobody else sees
public final class OutcomeCounts {

	private static final OutcomeCounts NONE = new OutcomeCounts(new long[Outcome.values().length]);

	private final long[] counts;

	private OutcomeCounts(long[] counts) {
		this.counts = counts;
	}

	/** No calls. */
	public static OutcomeCounts none() {
		return NONE;
	}

	/** As many of each as the function says, which must not be negative. */
	public static OutcomeCounts of(ToLongFunction<Outcome> count) {
		Outcome[] outcomes = Outcome.values();
		long[] counts = new long[outcomes.length];
		for (int i = 0; i < counts.length; i++) {
			counts[i] = count.applyAsLong(outcomes[i]);
		}
		return new OutcomeCounts(counts);
	}

	/** How many ended in this way. */
	public long count(Outcome outcome) {
		return this.counts[outcome.ordinal()];
	}

	/** All of them. */
	public long total() {
		long total = 0;
		for (long count : this.counts) {
			total += count;
		}
		return total;
	}

	/** Those that did not succeed. */
	public long errors() {
		return total() - count(Outcome.SUCCESS);
	}

	/** Those that did not succeed by all, from 0 to 1; 0 without calls. */
	public double errorRate() {
		long total = total();
		return (total > 0) ? (double) errors() / total : 0;
	}

	OutcomeCounts minus(OutcomeCounts earlier) {
		return of((outcome) -> Math.max(0, count(outcome) - earlier.count(outcome)));
	}

	/** Those of both. */
	public OutcomeCounts plus(OutcomeCounts other) {
		return of((outcome) -> count(outcome) + other.count(outcome));
	}

}
