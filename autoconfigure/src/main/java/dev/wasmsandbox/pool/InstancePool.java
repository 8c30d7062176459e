package dev.wasmsandbox.pool;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.LeasePayer;
import dev.wasmsandbox.engine.RunGate;
import dev.wasmsandbox.engine.Sandbox;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.engine.StackHeadroom;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryAccount;
import dev.wasmsandbox.observe.WorkRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Leases sandboxes of one module, restored between two leases so that nothing of the
 * former one is left.
 *
 * <p>
 * Invariants: at most {@code maxSize} leases at a time; every permit that is taken is
 * given back with its lease, whatever happens to the sandbox. Tenants whose callers wait
 * are served in turns, callers of one tenant in the order in which they came.
 * Thread-safe.
 */
public final class InstancePool extends PoolOperations implements AutoCloseable {

	private final LeakDetector leaks;

	/** How runs on virtual threads take turns. */
	private final RunGate gate;

	private volatile boolean closed;

	/**
	 * Makes a pool that holds nothing yet; have the maintenance look after it.
	 */
	public InstancePool(String moduleName, SandboxFactory factory, PoolSettings settings, PoolMaintenance maintenance,
			VirtualTurns turns) {
		this(moduleName, factory, settings, maintenance, turns, WorkRecorder.NONE);
	}

	/**
	 * Makes a pool that holds nothing yet; have the maintenance look after it.
	 * @param work is told of each sandbox that was made
	 */
	public InstancePool(String moduleName, SandboxFactory factory, PoolSettings settings, PoolMaintenance maintenance,
			VirtualTurns turns, WorkRecorder work) {
		super(moduleName, factory, settings, maintenance, work);
		this.gate = turns.gate(moduleName, settings.maxWait());
		this.leaks = LeakDetector.of(moduleName, settings.leakDetectionThreshold());
		factory.account().whenIdleIsWanted(this.stock::giveBackIdle);
	}

	/**
	 * Leases a clean instance to the current thread; give it back with {@link #release}.
	 * @throws SandboxBusyException if none becomes free within {@code pool.max-wait}, or
	 * none ever would because this thread, and others that wait likewise, hold them all
	 * @throws SandboxInterruptedException if the thread is interrupted while it waits
	 * @throws SandboxLimitException if the system or the memory budget has no room for it
	 * @throws IllegalStateException if the pool is closed
	 */
	public GuestInstance acquire() {
		return acquire((TenantCaller) null);
	}

	/**
	 * As {@link #acquire()}, in the name of a tenant and within its quota.
	 * @param caller the tenant; {@code null} for nobody, who has no quota
	 * @throws SandboxBusyException also if the tenant is over its quota for too long
	 * @throws SandboxLimitException also if the tenant's memory is used up
	 */
	public GuestInstance acquire(@Nullable TenantCaller caller) {
		return acquire(caller, false);
	}

	/**
	 * As {@link #acquire(TenantCaller)}, for a call that follows at once: on a virtual
	 * thread it is part of the same turn, which ends with the lease.
	 */
	public GuestInstance acquireForCall(@Nullable TenantCaller caller) {
		return acquire(caller, true);
	}

	private GuestInstance acquire(@Nullable TenantCaller caller, boolean oneTurn) {
		requireOpen();
		StackHeadroom.requireForLease();
		if (caller == null) {
			return acquireInTurn(null, 0, oneTurn);
		}
		long begun = System.nanoTime();
		Tenant tenant = caller.admit(this.moduleName, this.settings.maxWait());
		boolean leased = false;
		try {
			GuestInstance guest = acquireInTurn(tenant, System.nanoTime() - begun, oneTurn);
			leased = true;
			return guest;
		}
		finally {
			if (!leased) {
				tenant.dismiss();
				tenant.leave();
			}
		}
	}

	/** A lease runs the guest's start function, so it needs a turn as a call does. */
	private GuestInstance acquireInTurn(@Nullable Tenant tenant, long waited, boolean oneTurn) {
		boolean turn = this.gate.begin(tenant, null);
		boolean kept = false;
		try {
			GuestInstance guest = acquireAdmitted(tenant, waited);
			if (Thread.currentThread().isVirtual()) {
				guest.runInTurns(this.gate, turn && oneTurn);
				kept = turn && oneTurn;
			}
			return guest;
		}
		finally {
			if (turn && !kept) {
				this.gate.end();
			}
		}
	}

	private GuestInstance acquireAdmitted(@Nullable Tenant tenant, long waited) {
		this.permits.take(tenant, waited);
		boolean leased = false;
		try {
			requireOpen();
			GuestInstance guest = (tenant != null) ? lease(tenant) : lease((LeasePayer) null);
			leased = true;
			return guest;
		}
		finally {
			if (!leased) {
				this.permits.giveBack();
			}
		}
	}

	/**
	 * As {@link #acquire(TenantCaller)}, for a session, which may be left open by
	 * mistake.
	 * @param instanceId what to call the session in a report
	 */
	public GuestInstance acquire(@Nullable TenantCaller caller, String instanceId) {
		GuestInstance guest = acquire(caller);
		this.leaks.opened(guest, instanceId);
		return guest;
	}

	private GuestInstance lease(Tenant tenant) {
		tenant.beginLease(this.moduleName, this.factory.leasedBytes());
		boolean leased = false;
		try {
			GuestInstance guest = lease((LeasePayer) tenant);
			leased = true;
			return guest;
		}
		finally {
			if (!leased) {
				tenant.endLease(this.factory.leasedBytes());
			}
		}
	}

	private GuestInstance lease(@Nullable LeasePayer payer) {
		try {
			return leaseClean(payer);
		}
		catch (IllegalStateException ex) {
			// Its parts were closed under it, if the pool was closed meanwhile.
			requireOpen();
			this.check.failed(ex);
			throw ex;
		}
		catch (Throwable ex) {
			this.check.failed(ex);
			throw ex;
		}
	}

	private GuestInstance leaseClean(@Nullable LeasePayer payer) {
		this.factory.requireRoom();
		Sandbox sandbox = this.stock.take();
		try {
			GuestInstance guest = sandbox.lease(payer);
			this.stock.leased(sandbox);
			return guest;
		}
		catch (Throwable ex) {
			this.stock.discard(sandbox);
			throw ex;
		}
	}

	/**
	 * Ends a lease.
	 * @throws IllegalStateException if a call is still running in it, or from another
	 * thread than the owner's; the lease then stays as it is
	 */
	public void release(GuestInstance guest) {
		guest.end();
		Sandbox sandbox = guest.sandbox();
		try {
			this.leaks.closed(guest);
			boolean clean = false;
			try {
				sandbox.work().tell();
				clean = guest.restore();
			}
			finally {
				if (!clean) {
					this.stock.discard(sandbox);
				}
			}
			if (clean) {
				this.stock.putBack(sandbox);
			}
		}
		finally {
			this.permits.giveBack();
			if (guest.payer() instanceof Tenant tenant) {
				tenant.endLease(this.factory.leasedBytes());
				tenant.dismiss();
				tenant.leave();
			}
			if (guest.inTurn()) {
				this.gate.end();
			}
		}
	}

	/**
	 * Checks that leases are given.
	 * @throws IllegalStateException if the pool is closed
	 */
	public void requireOpen() {
		if (this.closed) {
			throw new IllegalStateException("The module '" + this.moduleName + "' was unloaded");
		}
	}

	@Override
	public PoolStatistics statistics() {
		return new PoolStatistics(this.permits.taken(), this.stock.idle(), this.permits.pending(), this.permits.bound(),
				this.ledger.created(), this.ledger.discarded(), this.leaks.suspected(),
				this.ledger.resets(this.factory.strategy()));
	}

	@Override
	public PoolHealth health() {
		return this.closed ? this.check.closed()
				: this.check.look(() -> this.permits.taken() > 0, () -> release(acquire()));
	}

	/** Does what is due; called by {@link PoolMaintenance}. */
	void maintain(long now) {
		this.leaks.look(now);
		if (this.closed) {
			// It is looked after only for sessions that were left open.
			if (this.permits.taken() == 0) {
				this.maintenance.remove(this);
			}
			return;
		}
		this.stock.maintain(now);
		MemoryAccount account = this.factory.account();
		if (account.budget().limited()) {
			account.measured(this.factory.imageBytes(), this.stock.residentIdle());
		}
	}

	/** How often something can be due, in nanoseconds. */
	long maintenanceInterval() {
		return Math.min(this.settings.keepAlive().toNanos() / 8, this.leaks.intervalNanos());
	}

	/**
	 * Refuses further leases, also to callers that wait for one, and discards idle
	 * sandboxes. Running leases end as they would, and their sandboxes are then discarded
	 * too. A second call does nothing.
	 */
	@Override
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		this.permits.letThrough();
		this.stock.close();
		if (this.settings.leakDetectionThreshold().isZero() || this.permits.taken() == 0) {
			this.maintenance.remove(this);
		}
		this.factory.close();
	}

}
