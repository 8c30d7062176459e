package dev.wasmsandbox.tuning;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import dev.wasmsandbox.metrics.CallCounts;
import dev.wasmsandbox.metrics.OutcomeCounts;
import dev.wasmsandbox.observe.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Makes one score of the calls of a window: how fast they were, waiting included, by how
 * fast such calls were when they were first seen. Not thread-safe.
 * <p>
 * What callers offer must not look like an effect. The number of calls would: it falls at
 * night. So the score is the time per call, by function, weighted by what the functions
 * took at first (a price index of Paasche's): neither more calls nor another mixture of
 * functions changes it. Where callers wait for each other, so that faster calls mean more
 * of them, it rises as their number does. Calls that were refused for want of a sandbox,
 * memory or time count against it: they may be quick, but nobody wanted them.
 */
final class WorkIndex {

	/** Fewer calls of a function say nothing of what it takes. */
	private static final long ENOUGH = 30;

	/** Nanoseconds of a call when the function was first seen. */
	private final Map<String, Double> references = new HashMap<>();

	/**
	 * A score and what it rests on.
	 *
	 * @param value how fast; 1 is as fast as at first, 2 twice as fast
	 * @param calls how many calls there were
	 */
	record Score(double value, long calls) {
	}

	/**
	 * The score of what came between two readings, by module and function; nothing if no
	 * known function was called enough. Functions that are new become known by it.
	 */
	Optional<Score> score(Map<String, CallCounts> begin, Map<String, CallCounts> end) {
		Optional<Score> score = partial(begin, end);
		this.references.keySet().retainAll(end.keySet());
		end.forEach((function, counts) -> {
			CallCounts work = since(begin.get(function), counts);
			long useful = useful(work.all());
			if (useful >= ENOUGH && work.busyNanos() > 0) {
				this.references.putIfAbsent(function, work.busyNanos() / useful);
			}
		});
		return score;
	}

	/** The same for a part of a window: no function becomes known. */
	Optional<Score> partial(Map<String, CallCounts> begin, Map<String, CallCounts> end) {
		double expected = 0;
		double busy = 0;
		long all = 0;
		long useful = 0;
		for (Map.Entry<String, CallCounts> function : end.entrySet()) {
			Double reference = this.references.get(function.getKey());
			if (reference != null) {
				CallCounts work = since(begin.get(function.getKey()), function.getValue());
				long wanted = useful(work.all());
				expected += wanted * reference;
				busy += work.busyNanos();
				useful += wanted;
				all += work.all().total();
			}
		}
		if (all == 0 || expected <= 0 || busy <= 0) {
			return Optional.empty();
		}
		return Optional.of(new Score(expected / busy * useful / all, all));
	}

	private static CallCounts since(@Nullable CallCounts before, CallCounts now) {
		return (before != null) ? now.minus(before) : now;
	}

	/** Those that were served, whatever the guest made of them. */
	private static long useful(OutcomeCounts outcomes) {
		return outcomes.total() - outcomes.count(Outcome.BUSY) - outcomes.count(Outcome.LIMIT)
				- outcomes.count(Outcome.TIMEOUT);
	}

}
