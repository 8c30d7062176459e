package dev.wasmsandbox.engine;

import dev.wasmsandbox.observe.WorkRecorder;

/**
 * What the host did to the memory of one sandbox: blocks it allocated, bytes it copied.
 * All of a lease is told once, when the lease is released, also if its calls failed.
 *
 * <p>
 * Counting is on the way of operations of a few nanoseconds, so it is an addition to a
 * plain field: only the thread that holds the sandbox has it. It lives as long as the
 * sandbox, because a lease may be as short as one call.
 */
public final class LeaseWork {

	/**
	 * A clock costs more than the block, so one of so many is timed. A prime, so that
	 * calls which all allocate the same blocks do not always show the same one of them.
	 */
	private static final long EVERY = 127;

	private static final long NEVER = Long.MAX_VALUE;

	private WorkRecorder recorder = WorkRecorder.NONE;

	/** Blocks of all leases, and how many of them were told. */
	private long blocks;

	private long blocksTold;

	/** The next block is timed if it has this number, or a higher one. */
	private long timedAt = NEVER;

	private long blockBytes;

	private long bytesIn;

	private long bytesOut;

	private long bytesMapped;

	LeaseWork() {
	}

	/** Says who is told; before the first lease. */
	public void tellTo(WorkRecorder who) {
		this.recorder = who;
		this.timedAt = who.listens() ? 0 : NEVER;
	}

	/** Whether the block that is allocated next is to be timed. */
	public boolean timesNext() {
		return this.blocks >= this.timedAt;
	}

	/** The host allocated a block of so many bytes. */
	public void allocated(int bytes) {
		this.blocks++;
		this.blockBytes += bytes;
	}

	/**
	 * The last block was timed.
	 * @param begun when its allocation began, by {@link System#nanoTime()}
	 */
	public void timed(long begun) {
		this.recorder.allocationTimed(System.nanoTime() - begun);
		// Of the count as it is now: a guest that allocates may call the host, which
		// allocates in turn.
		this.timedAt = this.blocks + EVERY - 1;
	}

	/** So many bytes were copied to the guest. */
	public void copiedIn(long bytes) {
		this.bytesIn += bytes;
	}

	/** So many bytes were copied from the guest. */
	public void copiedOut(long bytes) {
		this.bytesOut += bytes;
	}

	/** So many bytes were mapped into the guest instead of being copied. */
	public void mapped(long bytes) {
		this.bytesMapped += bytes;
	}

	/** Tells what was done since it was told before; by who has ended the lease. */
	public void tell() {
		if (this.blocks != this.blocksTold) {
			this.recorder.allocated(this.blocks - this.blocksTold, this.blockBytes);
			this.blocksTold = this.blocks;
			this.blockBytes = 0;
		}
		if ((this.bytesIn | this.bytesOut | this.bytesMapped) != 0) {
			this.recorder.transferred(this.bytesIn, this.bytesOut, this.bytesMapped);
			this.bytesIn = 0;
			this.bytesOut = 0;
			this.bytesMapped = 0;
		}
	}

}
