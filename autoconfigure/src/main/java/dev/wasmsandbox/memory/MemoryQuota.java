package dev.wasmsandbox.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What somebody's sandboxes have in bounds together, and the most they may have. Never is
 * more counted than the limit; whoever took something gives it back. Thread-safe, one
 * atomic operation each.
 */
public final class MemoryQuota {

	private final long limit;

	private final AtomicLong taken = new AtomicLong();

	/**
	 * Makes a quota.
	 * @param limit the most bytes; {@link Long#MAX_VALUE} only counts
	 */
	public MemoryQuota(long limit) {
		this.limit = limit;
	}

	/** The most bytes; {@link Long#MAX_VALUE} for no limit. */
	public long limit() {
		return this.limit;
	}

	/** What is counted now, in bytes. */
	public long taken() {
		return this.taken.get();
	}

	/** Counts so many bytes if there is room for them. */
	public boolean tryTake(long bytes) {
		long before = this.taken.get();
		while (bytes <= this.limit - before) {
			if (this.taken.compareAndSet(before, before + bytes)) {
				return true;
			}
			before = this.taken.get();
		}
		return false;
	}

	/** Counts them no longer. */
	public void giveBack(long bytes) {
		this.taken.addAndGet(-bytes);
	}

}
