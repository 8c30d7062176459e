package dev.wasmsandbox.pool;

import java.util.EnumMap;
import java.util.Map;

import dev.wasmsandbox.memory.ResetStrategy;
import org.jspecify.annotations.Nullable;

/**
 * A pool at one moment, and what it did so far.
 *
 * @param leased sandboxes that are in use
 * @param idle sandboxes that are clean and ready
 * @param pending callers that wait for a sandbox
 * @param maxSize the most that may be leased
 * @param created sandboxes made so far
 * @param discarded sandboxes given up so far: after failures, unused ones, drained ones
 * @param leaksSuspected sessions reported as open for too long so far
 * @param resets how memory was reset so far
 */
public record PoolStatistics(int leased, int idle, int pending, int maxSize, long created, long discarded,
		long leaksSuspected, Resets resets) {

	/**
	 * What a closed pool and those before it did: its leases count as given up, which
	 * they are once they end.
	 */
	public PoolStatistics endedAfter(@Nullable PoolStatistics before) {
		PoolStatistics all = after(before, 0);
		return new PoolStatistics(0, 0, 0, this.maxSize, all.created, all.created, all.leaksSuspected, all.resets);
	}

	/**
	 * This pool, with the counts of those before it added.
	 * @param before what they did; {@code null} if there were none
	 * @param stillLeased their leases that have not ended
	 */
	public PoolStatistics after(@Nullable PoolStatistics before, int stillLeased) {
		if (before == null) {
			return this;
		}
		return new PoolStatistics(this.leased + stillLeased, this.idle, this.pending, this.maxSize,
				this.created + before.created, this.discarded + before.discarded - stillLeased,
				this.leaksSuspected + before.leaksSuspected, this.resets.after(before.resets));
	}

	/**
	 * Resets of memory between leases.
	 *
	 * @param strategy the way in force
	 * @param byStrategy how many were done in which way, zero included
	 * @param writtenBytes what calls had written, in bytes; only
	 * {@link ResetStrategy#WRITTEN_PAGES} knows it
	 */
	public record Resets(ResetStrategy strategy, Map<ResetStrategy, Long> byStrategy, long writtenBytes) {

		public Resets {
			byStrategy = Map.copyOf(byStrategy);
		}

		private Resets after(Resets before) {
			Map<ResetStrategy, Long> sums = new EnumMap<>(ResetStrategy.class);
			for (ResetStrategy way : ResetStrategy.values()) {
				sums.put(way, count(way) + before.count(way));
			}
			return new Resets(this.strategy, sums, this.writtenBytes + before.writtenBytes);
		}

		/** How many were done in the given way. */
		public long count(ResetStrategy way) {
			return this.byStrategy.getOrDefault(way, 0L);
		}

		/**
		 * What a lease wrote on average, in bytes, in whole pages of the system; 0 if it
		 * is not known.
		 */
		public long writtenBytesPerReset() {
			long known = count(ResetStrategy.WRITTEN_PAGES);
			return (known > 0) ? this.writtenBytes / known : 0;
		}

	}

}
