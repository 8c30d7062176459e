package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.memory.ResetStrategy;
import org.jspecify.annotations.Nullable;

/**
 * A slot with its engine instance, leased again and again. Between two leases it holds
 * exactly what a new one holds: its memory is restored from the image, and its instance
 * either restored in place, where the module's code lets nothing else change, or dropped
 * and made anew.
 *
 * <p>
 * A sandbox in which a call failed is not restored but discarded. Not thread-safe;
 * handing it over needs a happens-before edge.
 */
public final class Sandbox {

	private final SandboxFactory factory;

	private final LinearMemory memory;

	private final SandboxNotes notes = new SandboxNotes();

	private final LeaseWork work = new LeaseWork();

	private @Nullable Instance instance;

	private @Nullable GuestCode code;

	/** Whether a view of its memory could not be ended. */
	private boolean usedOutside;

	Sandbox(SandboxFactory factory, LinearMemory memory) {
		this.factory = factory;
		this.memory = memory;
	}

	/**
	 * Leases it to the current thread; its start function has run.
	 * @throws ModuleRejectedException if it cannot be instantiated; discard it then
	 */
	public GuestInstance lease() {
		return lease(null);
	}

	/**
	 * As {@link #lease()}, at somebody's cost.
	 * @param payer who pays for what the lease uses; {@code null} for nobody
	 */
	public GuestInstance lease(@Nullable LeasePayer payer) {
		GuestInstance guest = new GuestInstance(this, this.factory, payer);
		GuestCode ready = this.code;
		if (ready != null) {
			guest.ready(ready);
		}
		this.memory.guest(guest);
		openMemory();
		this.factory.start(this);
		return guest;
	}

	/** Readies the memory for a lease. */
	void openMemory() {
		try {
			this.memory.open();
		}
		catch (SandboxLimitException ex) {
			throw ex.in(this.factory.moduleName());
		}
	}

	/**
	 * Makes its engine instance ahead of the first lease, where it can be kept. Runs no
	 * code of the guest.
	 * @throws IllegalStateException if it cannot be used; discard it then
	 */
	public void prepare() {
		if (!this.factory.image().restorable()) {
			return;
		}
		openMemory();
		long closed = -1;
		try {
			this.factory.make(this);
		}
		finally {
			closed = this.memory.close(ResetStrategy.safe());
		}
		if (closed < 0) {
			throw new IllegalStateException("The memory of a new sandbox could not be readied");
		}
	}

	/**
	 * Restores it after a lease.
	 * @return whether it may be leased again; if not, discard it
	 */
	boolean restore(boolean failed) {
		this.memory.guest(null);
		if (failed || this.usedOutside) {
			return false;
		}
		if (this.factory.restoreMemory(this.memory, this.notes) < 0) {
			return false;
		}
		Instance current = this.instance;
		if (current != null && this.factory.image().restorable()) {
			this.factory.image().restore(current);
		}
		else {
			this.instance = null;
			this.code = null;
		}
		return true;
	}

	/**
	 * Gives its memory back to the system. Nothing may use it any more; where something
	 * outside does, it is kept for good instead.
	 */
	public void discard() {
		dropLease();
		if (this.usedOutside) {
			this.memory.abandon();
		}
		else {
			this.memory.release();
		}
	}

	/** Notes that its memory is in use outside, so that it never becomes anyone's. */
	void usedOutside() {
		this.usedOutside = true;
	}

	/** How many bytes in memory are its own, for any thread. */
	public long residentBytes() {
		return this.memory.slot().residentBytes();
	}

	/** Gives unused pages back to the system. */
	public void trim() {
		this.memory.slot().trim();
	}

	/** Lets start function and warm-up calls run in a template, whose state is cloned. */
	GuestInstance leaseForSnapshot() {
		GuestInstance guest = new GuestInstance(this, this.factory, null);
		GuestCode ready = this.code;
		if (ready != null) {
			guest.ready(ready);
		}
		guest.cloneAfterwards();
		this.memory.guest(guest);
		return guest;
	}

	/** Ends a lease that never came about: its start failed. */
	private void dropLease() {
		GuestInstance current = this.memory.leasedTo();
		this.memory.guest(null);
		if (current != null) {
			current.drop();
		}
	}

	void endSnapshot() {
		dropLease();
		this.memory.endLease();
	}

	/** The raw value of a global, by its index. */
	long global(int index) {
		Instance current = this.instance;
		if (current == null) {
			throw new IllegalStateException("The sandbox is not ready");
		}
		return current.global(index).getValue();
	}

	/** By how many pages an arena in its memory may grow ahead. */
	int arenaStep() {
		return this.factory.arenaStep();
	}

	/** The thread it is leased to, if it is; for any thread. */
	public @Nullable Thread owner() {
		return this.memory.owner();
	}

	/** What the pool notes on it. */
	public SandboxNotes notes() {
		return this.notes;
	}

	/** What the host does to its memory. */
	public LeaseWork work() {
		return this.work;
	}

	LinearMemory memory() {
		return this.memory;
	}

	@Nullable Instance instance() {
		return this.instance;
	}

	@Nullable GuestCode code() {
		return this.code;
	}

	Machine attach(Machine machine) {
		GuestCode made = (GuestCode) machine;
		this.code = made;
		GuestInstance current = this.memory.leasedTo();
		if (current != null) {
			current.ready(made);
		}
		return new GuestMachine(machine, this);
	}

	void attach(Instance made) {
		this.instance = made;
	}

}
