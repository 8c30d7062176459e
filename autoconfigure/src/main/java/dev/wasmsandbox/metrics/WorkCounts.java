package dev.wasmsandbox.metrics;

/**
 * A module's work over some time. Immutable.
 *
 * @param calls its calls
 * @param coldStarts sandboxes made
 * @param coldStartsAwaited how many of them a caller waited for, others were made ahead
 * @param awaitedNanos what making those took together
 * @param blocks blocks that the host allocated in guests
 * @param blockBytes their bytes
 * @param blocksTimed how many of them were timed
 * @param blockNanos what those took together
 * @param bytesIn bytes copied to guests
 * @param bytesOut bytes copied from guests
 * @param bytesMapped bytes that guests saw without a copy
 */
public record WorkCounts(CallCounts calls, long coldStarts, long coldStartsAwaited, long awaitedNanos, long blocks,
		long blockBytes, long blocksTimed, long blockNanos, long bytesIn, long bytesOut, long bytesMapped) {

	static final WorkCounts NONE = new WorkCounts(CallCounts.NONE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

	/** The mean time to allocate a block, in nanoseconds; 0 if none was timed. */
	public double blockMeanNanos() {
		return (this.blocksTimed > 0) ? (double) this.blockNanos / this.blocksTimed : 0;
	}

	WorkCounts plus(WorkCounts other) {
		return new WorkCounts(this.calls.plus(other.calls), this.coldStarts + other.coldStarts,
				this.coldStartsAwaited + other.coldStartsAwaited, this.awaitedNanos + other.awaitedNanos,
				this.blocks + other.blocks, this.blockBytes + other.blockBytes, this.blocksTimed + other.blocksTimed,
				this.blockNanos + other.blockNanos, this.bytesIn + other.bytesIn, this.bytesOut + other.bytesOut,
				this.bytesMapped + other.bytesMapped);
	}

	WorkCounts minus(WorkCounts earlier) {
		return new WorkCounts(this.calls.minus(earlier.calls), this.coldStarts - earlier.coldStarts,
				this.coldStartsAwaited - earlier.coldStartsAwaited, this.awaitedNanos - earlier.awaitedNanos,
				this.blocks - earlier.blocks, this.blockBytes - earlier.blockBytes,
				this.blocksTimed - earlier.blocksTimed, this.blockNanos - earlier.blockNanos,
				this.bytesIn - earlier.bytesIn, this.bytesOut - earlier.bytesOut,
				this.bytesMapped - earlier.bytesMapped);
	}

}
