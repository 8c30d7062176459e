package dev.wasmsandbox.pool;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.wasmsandbox.engine.CallChain;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;

/**
 * The right to hold a sandbox, given to so many callers at a time and in the order in
 * which they came. A permit that is free costs one uncontended semaphore; only a caller
 * that must wait asks the {@link LeaseLedger} whether that can ever end. Thread-safe.
 */
final class LeasePermits {

	private final String moduleName;

	private final LeaseLedger ledger;

	private final Duration maxWait;

	private final Resizable permits;

	private volatile int bound;

	LeasePermits(String moduleName, LeaseLedger ledger, int bound, Duration maxWait) {
		this.moduleName = moduleName;
		this.ledger = ledger;
		this.bound = bound;
		this.maxWait = maxWait;
		this.permits = new Resizable(bound);
	}

	/**
	 * Takes a permit.
	 * @throws SandboxBusyException if none becomes free in time, or none ever would
	 * @throws SandboxInterruptedException if the thread is interrupted
	 */
	void take() {
		try {
			// With a time, even none, the semaphore lets nobody pass those who wait.
			if (!this.permits.tryAcquire(0, TimeUnit.NANOSECONDS)) {
				await();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SandboxInterruptedException(this.moduleName, null, "interrupted while waiting for a sandbox", ex);
		}
	}

	private void await() throws InterruptedException {
		Thread caller = Thread.currentThread();
		if (!this.ledger.mayWait(caller, this.bound)) {
			throw busy("are held by this thread and by others that wait as it does, so that waiting would never end: "
					+ "a host function, or a thread with an open session, asked for one more; raise pool.max-size, "
					+ "or call the same guest again through its HostContext or session");
		}
		try {
			long left = CallChain.remainingNanos();
			long wait = Math.min(this.maxWait.toNanos(), left);
			if (!this.permits.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
				throw busy((wait == left) ? "are in use and none became free in the time that the call has left "
						+ "whose host function asked for one; raise pool.max-size or that call's limits.call-timeout"
						: "are in use and none became free within pool.max-wait of " + this.maxWait.toMillis()
								+ " ms; raise pool.max-size or call less often");
			}
		}
		finally {
			this.ledger.waited(caller);
		}
	}

	private SandboxBusyException busy(String why) {
		return new SandboxBusyException(this.moduleName, null, "all " + this.bound + " sandboxes " + why, null);
	}

	void giveBack() {
		this.permits.release();
	}

	/** The most permits that are out at a time. */
	int bound() {
		return this.bound;
	}

	/** Changes the bound; one at a time. Permits that are out stay valid. */
	void bound(int number) {
		int more = number - this.bound;
		this.bound = number;
		this.permits.change(more);
	}

	/** Permits that are out. */
	int taken() {
		return this.bound - this.permits.availablePermits();
	}

	/** Callers that wait. */
	int pending() {
		return this.permits.getQueueLength();
	}

	private static final class Resizable extends Semaphore {

		private static final long serialVersionUID = 1L;

		Resizable(int permits) {
			super(permits, true);
		}

		void change(int more) {
			if (more > 0) {
				release(more);
			}
			else {
				reducePermits(-more);
			}
		}

	}

}
