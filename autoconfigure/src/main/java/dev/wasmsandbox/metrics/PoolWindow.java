package dev.wasmsandbox.metrics;

import java.util.List;

import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.pool.PoolStatistics;

/**
 * A pool over a window: what was looked at once a second, and what it did meanwhile.
 * Immutable.
 *
 * @param now the pool at the window's end
 * @param looks how often it was looked at
 * @param meanLeased sandboxes in use, on average
 * @param maxLeased the most that were seen in use
 * @param meanIdle idle sandboxes, on average
 * @param minIdle the fewest idle ones that were seen
 * @param meanPending waiting callers, on average
 * @param maxPending the most that were seen waiting
 * @param created sandboxes made
 * @param discarded sandboxes given up
 * @param leaksSuspected sessions reported as open for too long
 * @param resets memory resets, however done
 * @param writtenBytes what calls had written, of those resets that know it
 * @param writtenResets how many resets know it
 */
public record PoolWindow(PoolStatistics now, int looks, double meanLeased, int maxLeased, double meanIdle, int minIdle,
		double meanPending, int maxPending, long created, long discarded, long leaksSuspected, long resets,
		long writtenBytes, long writtenResets) {

	static PoolWindow of(PoolStatistics before, PoolStatistics now, List<PoolStatistics> looks) {
		return new PoolWindow(now, looks.size(),
				looks.stream().mapToInt(PoolStatistics::leased).average().orElse(now.leased()),
				looks.stream().mapToInt(PoolStatistics::leased).max().orElse(now.leased()),
				looks.stream().mapToInt(PoolStatistics::idle).average().orElse(now.idle()),
				looks.stream().mapToInt(PoolStatistics::idle).min().orElse(now.idle()),
				looks.stream().mapToInt(PoolStatistics::pending).average().orElse(now.pending()),
				looks.stream().mapToInt(PoolStatistics::pending).max().orElse(now.pending()),
				more(before.created(), now.created()), more(before.discarded(), now.discarded()),
				more(before.leaksSuspected(), now.leaksSuspected()), more(resets(before), resets(now)),
				more(before.resets().writtenBytes(), now.resets().writtenBytes()),
				more(before.resets().count(ResetStrategy.WRITTEN_PAGES),
						now.resets().count(ResetStrategy.WRITTEN_PAGES)));
	}

	/** A pool that was made anew meanwhile begins at zero again. */
	private static long more(long before, long now) {
		return (now >= before) ? now - before : now;
	}

	private static long resets(PoolStatistics pool) {
		return pool.resets().byStrategy().values().stream().mapToLong(Long::longValue).sum();
	}

	/** What a call wrote on average, in bytes; 0 if it is not known. */
	public long writtenBytesPerReset() {
		return (this.writtenResets > 0) ? this.writtenBytes / this.writtenResets : 0;
	}

}
