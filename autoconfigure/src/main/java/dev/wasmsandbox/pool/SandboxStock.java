package dev.wasmsandbox.pool;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

import dev.wasmsandbox.engine.Sandbox;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.observe.WorkRecorder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sandboxes of a pool: makes them, keeps the idle ones and gives them up.
 *
 * <p>
 * Invariants: a sandbox is either held by one caller, idle and clean, or given up; those
 * that exist are at most as many as may be leased, and one more for a moment while one is
 * made ahead or trimmed. Thread-safe.
 *
 * <p>
 * {@link #take} and {@link #putBack} take no lock and read no clock: beside the deque
 * they read volatile fields that hardly ever change. All that needs the time, a lock or a
 * look at every sandbox is left to the maintenance.
 */
final class SandboxStock {

	private static final Logger log = LoggerFactory.getLogger(SandboxStock.class);

	private final String moduleName;

	private final SandboxFactory factory;

	private final PoolSettings settings;

	private final LeaseLedger ledger;

	private final IntSupplier bound;

	private final Runnable maintainSoon;

	private final Consumer<Throwable> failing;

	private final WorkRecorder work;

	private final IdleSandboxes idle = new IdleSandboxes();

	/** Held by whoever changes the stock as a whole; never for a lease. */
	private final Object upkeep = new Object();

	/** Sandboxes of an older generation are not leased again. */
	private volatile int generation;

	/** Whether sandboxes are kept when their lease ends. */
	private volatile boolean keeping = true;

	private final LongAdder trimmedLeases = new LongAdder();

	private boolean closed;

	/** How many idle ones are kept ready. */
	private volatile int minIdle;

	/** How many idle ones keep their memory pages. */
	private volatile int minResident;

	private boolean refillFailed;

	/**
	 * Makes an empty stock.
	 * @param bound how many sandboxes may exist
	 * @param maintainSoon called when the stock went below what is to be kept ready
	 * @param failing is told why sandboxes that are to be kept ready could not be made
	 * @param work is told of each sandbox that was made
	 */
	SandboxStock(String moduleName, SandboxFactory factory, PoolSettings settings, LeaseLedger ledger,
			IntSupplier bound, Runnable maintainSoon, Consumer<Throwable> failing, WorkRecorder work) {
		this.moduleName = moduleName;
		this.factory = factory;
		this.settings = settings;
		this.ledger = ledger;
		this.bound = bound;
		this.maintainSoon = maintainSoon;
		this.failing = failing;
		this.work = work;
		this.minIdle = settings.minIdle();
		this.minResident = settings.minResident();
	}

	/** How many leases began in a sandbox whose pages had been given back. */
	long trimmedLeases() {
		return this.trimmedLeases.sum();
	}

	int minIdle() {
		return this.minIdle;
	}

	void minIdle(int sandboxes) {
		this.minIdle = sandboxes;
	}

	int minResident() {
		return this.minResident;
	}

	void minResident(int sandboxes) {
		this.minResident = sandboxes;
	}

	int idle() {
		return this.idle.size();
	}

	/** Takes an idle sandbox or makes one, for a caller with a permit. */
	Sandbox take() {
		Sandbox sandbox = takeIdle();
		if (sandbox == null) {
			this.ledger.announce();
			sandbox = make();
		}
		else if (sandbox.notes().trimmed()) {
			this.trimmedLeases.increment();
		}
		return sandbox;
	}

	private @Nullable Sandbox takeIdle() {
		Sandbox sandbox = this.idle.take();
		while (sandbox != null && sandbox.notes().generation() != this.generation) {
			discard(sandbox);
			sandbox = this.idle.take();
		}
		return sandbox;
	}

	private Sandbox make() {
		int current = this.generation;
		long begun = this.work.listens() ? System.nanoTime() : 0;
		boolean made = false;
		try {
			Sandbox sandbox = this.factory.newSandbox();
			sandbox.work().tellTo(this.work);
			sandbox.notes().made(begun);
			sandbox.notes().generation(current);
			this.ledger.made(sandbox);
			made = true;
			return sandbox;
		}
		finally {
			if (!made) {
				this.ledger.notMade();
			}
		}
	}

	/** Tells how long a caller waited for a new sandbox, which has a guest now. */
	void leased(Sandbox sandbox) {
		ready(sandbox, true);
	}

	private void ready(Sandbox sandbox, boolean awaited) {
		long begun = sandbox.notes().made();
		if (begun != 0) {
			sandbox.notes().made(0);
			this.work.coldStart(System.nanoTime() - begun, awaited);
		}
	}

	/** Takes a clean sandbox back after its lease. */
	void putBack(Sandbox sandbox) {
		if (!wanted(sandbox) || this.ledger.live() > this.bound.getAsInt()) {
			discard(sandbox);
			return;
		}
		this.idle.put(sandbox);
		giveUpUnwanted(sandbox);
	}

	/**
	 * Whoever empties the stock sets the fields first and takes idle ones then: either it
	 * finds this one, or this thread finds the fields changed.
	 */
	private void giveUpUnwanted(Sandbox sandbox) {
		if (!wanted(sandbox) && this.idle.take(sandbox)) {
			discard(sandbox);
		}
	}

	private boolean wanted(Sandbox sandbox) {
		return this.keeping && sandbox.notes().generation() == this.generation;
	}

	/** How many bytes in memory idle sandboxes hold. */
	long residentIdle() {
		return this.idle.residentBytes();
	}

	/**
	 * Has idle sandboxes give their pages back, for somebody who needs the room and must
	 * not wait for this stock.
	 * @return what they hold afterwards, in bytes
	 */
	long giveBackIdle() {
		this.idle.trimAll((sandbox) -> {
			this.idle.putFirst(sandbox);
			giveUpUnwanted(sandbox);
		});
		return residentIdle();
	}

	/** Gives a sandbox up that must not be leased again. */
	void discard(Sandbox sandbox) {
		giveUp(sandbox);
		if (this.minIdle > 0) {
			this.maintainSoon.run();
		}
	}

	private void giveUp(Sandbox sandbox) {
		this.ledger.gone(sandbox);
		sandbox.discard();
	}

	/** Gives up what is idle now, and what is leased when it comes back. */
	void empty() {
		synchronized (this.upkeep) {
			int next = this.generation + 1;
			this.generation = next;
			giveUpIdle();
		}
	}

	/** Keeps nothing from now on. */
	void suspend() {
		synchronized (this.upkeep) {
			this.keeping = false;
			giveUpIdle();
		}
	}

	/** Ends {@link #suspend}, unless the stock is closed. */
	void resume() {
		synchronized (this.upkeep) {
			this.keeping = !this.closed;
		}
	}

	/** Keeps nothing for good. */
	void close() {
		synchronized (this.upkeep) {
			this.closed = true;
			this.keeping = false;
			giveUpIdle();
		}
	}

	private void giveUpIdle() {
		for (Sandbox sandbox = this.idle.take(); sandbox != null; sandbox = this.idle.take()) {
			giveUp(sandbox);
		}
	}

	/** Gives up idle sandboxes beyond the bound, those unused for longest first. */
	void shrink() {
		synchronized (this.upkeep) {
			while (this.ledger.live() > this.bound.getAsInt()) {
				Sandbox sandbox = this.idle.takeOldest();
				if (sandbox == null) {
					return;
				}
				giveUp(sandbox);
			}
		}
	}

	/**
	 * Makes the idle sandboxes that are to be kept ready.
	 * @throws SandboxLimitException if the system has no room for them
	 */
	void refill() {
		synchronized (this.upkeep) {
			while (this.keeping && this.idle.size() < this.minIdle
					&& this.ledger.announceWithin(this.bound.getAsInt())) {
				Sandbox sandbox = make();
				boolean ready = false;
				try {
					sandbox.prepare();
					ready(sandbox, false);
					ready = true;
				}
				finally {
					if (!ready) {
						giveUp(sandbox);
					}
				}
				this.idle.putLast(sandbox);
			}
		}
	}

	/**
	 * Does what is due at the given time, by {@link System#nanoTime()}.
	 */
	void maintain(long now) {
		synchronized (this.upkeep) {
			long keepAlive = this.settings.keepAlive().toNanos();
			this.idle.age(now, new IdleSandboxes.Ages(keepAlive / 4, keepAlive), this.minIdle, this.minResident,
					this::giveUp);
			shrink();
			try {
				refill();
				this.refillFailed = false;
			}
			catch (SandboxLimitException ex) {
				this.failing.accept(ex);
				if (!this.refillFailed) {
					log.warn("Module '{}': pool.min-idle of {} sandboxes cannot be kept for now; it is tried again",
							this.moduleName, this.minIdle, ex);
				}
				this.refillFailed = true;
			}
		}
	}

}
