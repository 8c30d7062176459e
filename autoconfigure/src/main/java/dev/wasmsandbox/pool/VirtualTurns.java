package dev.wasmsandbox.pool;

import java.time.Duration;

import dev.wasmsandbox.engine.LeasePayer;
import dev.wasmsandbox.engine.RunGate;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import org.jspecify.annotations.Nullable;

/**
 * The turns of guests on virtual threads: a guest that computes keeps its carrier thread,
 * so only so many run at a time, and their callers wait parked: tenants are served in
 * turns, callers of one in the order in which they came. Platform threads take none.
 *
 * <p>
 * Invariants: a thread has one turn at most, whatever calls whatever within it; it has
 * none while it waits for a sandbox or a tenant's quota, so those who have turns never
 * wait for each other; every turn is given back, however its run ends. Thread-safe.
 */
public final class VirtualTurns {

	/** Everybody's turn is now. */
	public static final int UNLIMITED = 0;

	/** Whose turn it is when it is that of callers without a tenant. */
	private static final Object NO_TENANT = new Object();

	/** Which turns the thread has one of; removed with it, so that threads keep none. */
	private static final ThreadLocal<@Nullable VirtualTurns> HELD = new ThreadLocal<>();

	private final int bound;

	private final FairPermits permits;

	/**
	 * Creates turns.
	 * @param bound how many guests run on virtual threads at a time, or
	 * {@link #UNLIMITED}
	 * @throws IllegalArgumentException if it is negative
	 */
	public VirtualTurns(int bound) {
		this.bound = requireBound(bound);
		this.permits = new FairPermits(bound);
	}

	/** Checks a bound. */
	public static int requireBound(int number) {
		if (number < 0) {
			throw new IllegalArgumentException(
					"virtual-threads.permits must be at least 0 (no limit), but is " + number);
		}
		return number;
	}

	/** One less than there are carrier threads, so that one is left, but at least one. */
	public static int defaultBound() {
		int carriers = Integer.getInteger("jdk.virtualThreadScheduler.parallelism",
				Runtime.getRuntime().availableProcessors());
		return Math.max(1, carriers - 1);
	}

	/** How many run at a time; {@link #UNLIMITED} where nobody waits. */
	public int bound() {
		return this.bound;
	}

	/** Threads that have a turn. */
	public int running() {
		return (this.bound == UNLIMITED) ? 0 : this.bound - this.permits.free();
	}

	/** Threads that wait for one. */
	public int waiting() {
		return this.permits.waiting();
	}

	/**
	 * Has the current thread's turn be somebody else's while the thread waits, or may.
	 * @return what must be {@link #resume}d afterwards; {@code null} if it has none
	 */
	static @Nullable VirtualTurns pause() {
		VirtualTurns held = Thread.currentThread().isVirtual() ? HELD.get() : null;
		if (held != null) {
			held.permits.giveBack();
		}
		return held;
	}

	/**
	 * Takes the turn again that was paused. Where there is none in time the thread has
	 * one more than there are, because the guest around goes on.
	 * @throws SandboxBusyException if there was none in time
	 * @throws SandboxInterruptedException if the thread is interrupted meanwhile
	 */
	void resume(String moduleName, Duration maxWait) {
		boolean taken = false;
		try {
			take(NO_TENANT, moduleName, null, maxWait);
			taken = true;
		}
		finally {
			if (!taken) {
				this.permits.change(-1);
			}
		}
	}

	private void take(Object lane, String moduleName, @Nullable String function, Duration maxWait) {
		try {
			if (!this.permits.tryTake() && !this.permits.await(lane, maxWait.toNanos())) {
				throw new SandboxBusyException(moduleName, function, this.bound
						+ " guests run on virtual threads, no more may at a time, and none ended within pool.max-wait of "
						+ maxWait.toMillis() + " ms; call less often, use callAsync or platform threads, or raise "
						+ "wasm.virtual-threads.permits, which leaves fewer carrier threads to others", null);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SandboxInterruptedException(moduleName, function,
					"interrupted while waiting for a turn on virtual threads", ex);
		}
	}

	/** The turns as a module's runs take them. */
	RunGate gate(String moduleName, Duration maxWait) {
		return new ModuleGate(this, moduleName, maxWait);
	}

	private record ModuleGate(VirtualTurns turns, String moduleName, Duration maxWait) implements RunGate {

		@Override
		public boolean begin(@Nullable LeasePayer payer, @Nullable String function) {
			if (this.turns.bound == UNLIMITED || !Thread.currentThread().isVirtual() || HELD.get() != null) {
				return false;
			}
			// First what may fail for want of memory.
			HELD.set(this.turns);
			boolean begun = false;
			try {
				this.turns.take((payer != null) ? payer : NO_TENANT, this.moduleName, function, this.maxWait);
				begun = true;
				return true;
			}
			finally {
				if (!begun) {
					HELD.remove();
				}
			}
		}

		@Override
		public void end() {
			HELD.remove();
			this.turns.permits.giveBack();
		}

	}

}
