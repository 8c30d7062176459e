package dev.wasmsandbox.observe;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts one module's calls by outcome. Exact, and striped so that callers on many
 * threads do not contend. Thread-safe.
 */
public final class CallStatistics {

	/** Filled in the constructor and never changed, so that threads may share it. */
	private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);

	public CallStatistics() {
		for (Outcome outcome : Outcome.values()) {
			this.counts.put(outcome, new LongAdder());
		}
	}

	/** Counts calls that ended in the same way. */
	public void record(Outcome outcome, long calls) {
		Objects.requireNonNull(this.counts.get(outcome)).add(calls);
	}

	/** The calls that ended in the given way so far. */
	public long count(Outcome outcome) {
		return Objects.requireNonNull(this.counts.get(outcome)).sum();
	}

	/** The calls by outcome; outcomes that never occurred are left out. */
	public Map<Outcome, Long> byOutcome() {
		Map<Outcome, Long> result = new EnumMap<>(Outcome.class);
		for (Outcome outcome : Outcome.values()) {
			long count = count(outcome);
			if (count > 0) {
				result.put(outcome, count);
			}
		}
		return result;
	}

}
