package dev.wasmsandbox.pool;

import java.time.Duration;

import dev.wasmsandbox.engine.CallChain;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import org.jspecify.annotations.Nullable;

/**
 * The right to hold a sandbox, given to so many callers at a time: to tenants in turns,
 * and within one in the order in which its callers came. A permit that is free costs one
 * compare-and-set; only a caller that must wait asks the {@link LeaseLedger} whether that
 * can ever end. Thread-safe.
 */
final class LeasePermits {

	/** Whose turn it is when it is that of callers without a tenant. */
	private static final Object NO_TENANT = new Object();

	private final String moduleName;

	private final LeaseLedger ledger;

	private final Duration maxWait;

	private final FairPermits permits;

	private volatile int bound;

	/** Permits beyond the bound, for callers that are only to be told something. */
	private volatile int beyond;

	LeasePermits(String moduleName, LeaseLedger ledger, int bound, Duration maxWait) {
		this.moduleName = moduleName;
		this.ledger = ledger;
		this.bound = bound;
		this.maxWait = maxWait;
		this.permits = new FairPermits(bound);
	}

	/**
	 * Takes a permit.
	 * @param tenant whose turn it must be, if a caller must wait
	 * @param waited how long the caller has waited already, in nanoseconds
	 * @throws SandboxBusyException if none becomes free in time, or none ever would
	 * @throws SandboxInterruptedException if the thread is interrupted
	 */
	void take(@Nullable Tenant tenant, long waited) {
		Thread caller = Thread.currentThread();
		try {
			if (caller.isInterrupted()) {
				throw new InterruptedException();
			}
			if (!this.permits.tryTake()) {
				await((tenant != null) ? tenant : NO_TENANT, caller, waited);
			}
		}
		catch (InterruptedException ex) {
			caller.interrupt();
			throw new SandboxInterruptedException(this.moduleName, null, "interrupted while waiting for a sandbox", ex);
		}
	}

	private void await(Object lane, Thread caller, long waited) throws InterruptedException {
		if (!this.ledger.mayWait(caller, this.bound)) {
			throw busy("are held by this thread and by others that wait as it does, so that waiting would never end: "
					+ "a host function, or a thread with an open session, asked for one more; raise pool.max-size, "
					+ "or call the same guest again through its HostContext or session");
		}
		try {
			long left = CallChain.remainingNanos();
			long wait = Math.min(this.maxWait.toNanos() - waited, left);
			if (!park(lane, wait)) {
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

	/** A thread in another guest's host function has a turn, which others may need. */
	private boolean park(Object lane, long nanos) throws InterruptedException {
		VirtualTurns paused = VirtualTurns.pause();
		if (paused == null) {
			return this.permits.await(lane, nanos);
		}
		boolean taken = false;
		boolean resumed = false;
		try {
			taken = this.permits.await(lane, nanos);
			return taken;
		}
		finally {
			try {
				paused.resume(this.moduleName, this.maxWait);
				resumed = true;
			}
			finally {
				if (taken && !resumed) {
					this.permits.giveBack();
				}
			}
		}
	}

	private SandboxBusyException busy(String why) {
		return new SandboxBusyException(this.moduleName, null, "all " + this.bound + " sandboxes " + why, null);
	}

	void giveBack() {
		this.permits.giveBack();
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

	/**
	 * Has all callers that wait, or will, take a permit in a moment: each gives it back
	 * for the next. For a pool that gives no further leases.
	 */
	void letThrough() {
		this.beyond = 1;
		this.permits.change(1);
	}

	/** Permits that are out. */
	int taken() {
		return this.bound + this.beyond - this.permits.free();
	}

	/** Callers that wait. */
	int pending() {
		return this.permits.waiting();
	}

}
