package dev.wasmsandbox.pool;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import dev.wasmsandbox.engine.CallChain;
import dev.wasmsandbox.engine.LeasePayer;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.memory.MemoryQuota;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant uses at this moment. All that a call takes it gives back, however it
 * ends; once {@link #retire}d nothing is taken any more. Thread-safe.
 *
 * <p>
 * Callers over the quota wait here, before they ask a pool: so they stand in nobody
 * else's way.
 */
final class Tenant implements LeasePayer {

	private static final int RETIRED = -1;

	private final String name;

	private final TenantQuota quota;

	private final Runnable whenRefused;

	/** Callers on their way from asking to the end of their lease. */
	private final AtomicInteger callers = new AtomicInteger();

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicLong refused = new AtomicLong();

	private final AtomicLong ran = new AtomicLong();

	private final MemoryQuota memory;

	private final @Nullable FairPermits calls;

	private final @Nullable CpuQuota cpu;

	/** Held by the one that waits for time; behind it callers queue. */
	private final FairPermits payingOff = new FairPermits(1);

	/** Whether it was used since {@link #usedSinceLastAsked} was asked. */
	private volatile boolean used = true;

	Tenant(String name, TenantQuota quota, Runnable whenRefused) {
		this.name = name;
		this.quota = quota;
		this.whenRefused = whenRefused;
		Integer maxCalls = quota.maxConcurrentCalls();
		Long maxMemory = quota.memory();
		Duration time = quota.cpuTimePerSecond();
		this.calls = (maxCalls != null) ? new FairPermits(maxCalls) : null;
		this.memory = new MemoryQuota((maxMemory != null) ? maxMemory : Long.MAX_VALUE);
		this.cpu = (time != null) ? new CpuQuota(time, System.nanoTime()) : null;
	}

	String name() {
		return this.name;
	}

	/** Announces a caller, so that this stays known until {@link #leave}. */
	boolean enter() {
		int before = this.callers.get();
		while (before != RETIRED) {
			if (this.callers.compareAndSet(before, before + 1)) {
				if (!this.used) {
					this.used = true;
				}
				return true;
			}
			before = this.callers.get();
		}
		return false;
	}

	void leave() {
		this.callers.decrementAndGet();
	}

	/**
	 * Lets an announced caller through that is within the quota, or soon will be; tell
	 * {@link #dismiss} afterwards.
	 * @throws SandboxBusyException if it is not in time
	 * @throws SandboxInterruptedException if the thread is interrupted
	 */
	void admit(String module, Duration maxWait) {
		FairPermits gate = this.calls;
		if (gate != null && !gate.tryTake()) {
			awaitCall(gate, module, maxWait);
		}
		CpuQuota time = this.cpu;
		if (time == null || (this.payingOff.free() > 0 && time.untilSome(System.nanoTime()) == 0)) {
			return;
		}
		boolean admitted = false;
		try {
			awaitTime(time, module, maxWait);
			admitted = true;
		}
		finally {
			if (!admitted) {
				dismiss();
			}
		}
	}

	private void awaitCall(FairPermits gate, String module, Duration maxWait) {
		try {
			if (!gate.await(this, wait(maxWait))) {
				throw busy(module,
						"max-concurrent-calls of " + this.quota.maxConcurrentCalls()
								+ " is used up by calls and open sessions, and none ended within pool.max-wait of "
								+ maxWait.toMillis() + " ms; close sessions, call less often or raise the quota");
			}
		}
		catch (InterruptedException ex) {
			throw interrupted(module, ex);
		}
	}

	/** One at a time, in the order in which they came. */
	private void awaitTime(CpuQuota time, String module, Duration maxWait) {
		long begun = System.nanoTime();
		long wait = wait(maxWait);
		try {
			if (!this.payingOff.tryTake() && !this.payingOff.await(this, wait)) {
				throw outOfTime(module, maxWait, time.untilSome(System.nanoTime()));
			}
			try {
				payOff(time, module, maxWait, begun + wait);
			}
			finally {
				this.payingOff.giveBack();
			}
		}
		catch (InterruptedException ex) {
			throw interrupted(module, ex);
		}
	}

	private void payOff(CpuQuota time, String module, Duration maxWait, long end) throws InterruptedException {
		while (true) {
			long now = System.nanoTime();
			long left = time.untilSome(now);
			if (left == 0) {
				return;
			}
			if (left > end - now) {
				// It only becomes more: waiting would be in vain.
				throw outOfTime(module, maxWait, left);
			}
			if (Thread.interrupted()) {
				throw new InterruptedException();
			}
			LockSupport.parkNanos(this, left);
		}
	}

	private SandboxBusyException outOfTime(String module, Duration maxWait, long left) {
		Duration perSecond = this.quota.cpuTimePerSecond();
		return busy(module,
				"cpu-time-per-second of " + ((perSecond != null) ? perSecond.toMillis() : 0)
						+ " ms is used up for at least " + TimeUnit.NANOSECONDS.toMillis(left)
						+ " ms more, which is not within pool.max-wait of " + maxWait.toMillis()
						+ " ms; call less often, make calls shorter or raise the quota");
	}

	private static long wait(Duration maxWait) {
		return Math.min(maxWait.toNanos(), CallChain.remainingNanos());
	}

	private SandboxInterruptedException interrupted(String module, InterruptedException ex) {
		Thread.currentThread().interrupt();
		return new SandboxInterruptedException(module, null,
				"interrupted while waiting for the quota of tenant '" + this.name + "'", ex);
	}

	private SandboxBusyException busy(String module, String why) {
		countRefusal();
		return new SandboxBusyException(module, null, "tenant '" + this.name + "': its quota " + why, null);
	}

	private void countRefusal() {
		this.refused.incrementAndGet();
		this.whenRefused.run();
	}

	/** Ends what {@link #admit} allowed. */
	void dismiss() {
		if (this.calls != null) {
			this.calls.giveBack();
		}
	}

	/**
	 * Counts a lease; tell {@link #endLease} afterwards.
	 * @param bytes what it has in bounds when it begins
	 * @throws SandboxLimitException if that is over the quota
	 */
	void beginLease(String module, long bytes) {
		if (!this.memory.tryTake(bytes)) {
			long now = this.memory.taken();
			countRefusal();
			throw new SandboxLimitException(module, null, "tenants.memory", this.memory.limit(), now + bytes,
					"tenant '" + this.name + "': its quota memory of " + this.memory.limit()
							+ " bytes is used up: its sandboxes have " + now + " bytes in bounds and " + bytes
							+ " more were asked for; close sessions, call less at the same time or raise the quota",
					null);
		}
		this.running.incrementAndGet();
	}

	void endLease(long bytes) {
		this.running.decrementAndGet();
		this.memory.giveBack(bytes);
	}

	@Override
	public MemoryQuota memory() {
		return this.memory;
	}

	@Override
	public void ran(long nanos) {
		this.ran.addAndGet(nanos);
		if (this.cpu != null) {
			this.cpu.charge(nanos, System.nanoTime());
		}
	}

	/** Whether a further call would be let through now, without waiting. */
	boolean admissible() {
		return (this.calls == null || (this.calls.free() > 0 && this.calls.waiting() == 0))
				&& (this.cpu == null || (this.payingOff.free() > 0 && this.cpu.untilSome(System.nanoTime()) == 0));
	}

	/**
	 * Ends it for good, if nobody uses it and its time is paid.
	 * @return whether it is ended; forget it then
	 */
	boolean retire(long now) {
		return (this.cpu == null || this.cpu.isFull(now)) && this.callers.compareAndSet(0, RETIRED);
	}

	/** Whether it was used since this was asked last. */
	boolean usedSinceLastAsked() {
		boolean before = this.used;
		this.used = this.callers.get() > 0;
		return before;
	}

	TenantStatistics statistics() {
		int leased = this.running.get();
		return new TenantStatistics(this.name, leased, Math.max(0, this.callers.get() - leased), this.refused.get(),
				this.memory.taken(), Duration.ofNanos(this.ran.get()), this.quota);
	}

}
