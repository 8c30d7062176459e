package dev.wasmsandbox.pool;

import java.util.Map;

import dev.wasmsandbox.memory.ResetStrategy;

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
