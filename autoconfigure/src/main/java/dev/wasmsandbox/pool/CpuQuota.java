package dev.wasmsandbox.pool;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bucket of running time that fills at a constant rate and holds what comes in during
 * one second. What is charged beyond it is a debt, paid off at the same rate.
 * Thread-safe; times are those of {@link System#nanoTime()}.
 */
final class CpuQuota {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final long perSecond;

	/** When the bucket is full again: it is full if that is over. */
	private final AtomicLong full;

	CpuQuota(Duration perSecond, long now) {
		this.perSecond = perSecond.toNanos();
		this.full = new AtomicLong(now);
	}

	/** Charges running time, in nanoseconds. */
	void charge(long nanos, long now) {
		long fills = Math.round(nanos * ((double) SECOND / this.perSecond));
		long before = this.full.get();
		while (!this.full.compareAndSet(before, ((before - now > 0) ? before : now) + fills)) {
			before = this.full.get();
		}
	}

	/** How long until something is in the bucket, in nanoseconds; 0 if something is. */
	long untilSome(long now) {
		return Math.max(0, this.full.get() - now - SECOND + 1);
	}

	/** Whether the bucket is full. */
	boolean isFull(long now) {
		return this.full.get() - now <= 0;
	}

}
