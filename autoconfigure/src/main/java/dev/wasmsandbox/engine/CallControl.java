package dev.wasmsandbox.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.memory.FlatMemory;
import dev.wasmsandbox.memory.MemorySlot;
import org.jspecify.annotations.Nullable;

/**
 * Whether a guest may go on running. It is part of the memory object because compiled
 * code has that object at hand, so that the check in its loops costs one load.
 *
 * <p>
 * One word tells all: 0 no call is running, 1 one is, a larger number one is that the
 * {@link Watchdog} has marked, a negative one must stop. The running thread only ever
 * stores 1 when a call begins and 0 when it ends, without reading; the watchdog marks and
 * stops by compare-and-set. A mark is never used twice and is overwritten when the call
 * ends, so a watchdog that comes late finds its mark gone and stops nobody, and as long
 * as it finds it, it is the same call. The check reads opaquely: HotSpot would move a
 * plain read out of the loop, and the loop would never end.
 */
abstract sealed class CallControl extends FlatMemory permits LinearMemory {

	private static final long IDLE = 0;

	private static final long RUNNING = 1;

	/** Bits of a stopped state that hold the reason. */
	private static final int REASON_BITS = 3;

	private static final List<StopReason> REASONS = List.of(StopReason.values());

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(CallControl.class, "state", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Watchdog watchdog;

	private final long timeoutNanos;

	/** What one call may use; 0 where the code does not count. */
	private final long fuelLimit;

	/** What the running call has left; below zero once it has used it up. */
	private long fuel;

	private long state;

	/**
	 * The lease in force; moved on before a lease's first call, so it is never behind.
	 */
	private volatile long lease;

	private volatile long cancelledLease = -1;

	private volatile @Nullable Thread owner;

	/**
	 * Written before the lease's number and never cleared: it is its thread's for good.
	 */
	private @Nullable CallChain chain;

	/** Who pays for the lease; written before the lease's number. */
	private @Nullable LeasePayer payer;

	/** Its number in the chain; 0 while it is not leased. */
	private int number;

	/** The watchdog's own notes: its last mark, and when it was made. */
	private long mark = RUNNING;

	private long markedAt;

	/** The last mark again, once {@link #markedAt} is that mark's. */
	private volatile long timedMark;

	CallControl(MemorySlot slot, Watchdog watchdog, Duration timeout, long fuelLimit) {
		super(slot);
		this.watchdog = watchdog;
		this.timeoutNanos = timeout.toNanos();
		this.fuelLimit = fuelLimit;
	}

	/** Begins a lease, at somebody's cost or nobody's, and returns its number. */
	final long beginLease(@Nullable LeasePayer leasePayer) {
		this.watchdog.leaseBegins();
		leaveChain();
		CallChain thread = CallChain.current();
		this.chain = thread;
		this.number = thread.add(this);
		this.payer = leasePayer;
		growAtCostOf((leasePayer != null) ? leasePayer.memory() : null);
		this.owner = Thread.currentThread();
		long next = this.lease + 1;
		this.lease = next;
		// Whoever sees a call of this lease sees whose it is.
		VarHandle.storeStoreFence();
		return next;
	}

	final void endLease() {
		leaveChain();
		this.payer = null;
		this.owner = null;
	}

	/** Also done for a lease whose sandbox is given up before it began. */
	final void leaveChain() {
		CallChain thread = this.chain;
		if (thread != null && this.number > 0) {
			thread.remove(this.number);
			this.number = 0;
		}
	}

	/** The thread that holds the lease, if one does; for any thread. */
	final @Nullable Thread owner() {
		return this.owner;
	}

	/**
	 * Begins a call, if none is running; the caller must {@link #exit} then. It need not
	 * be seen before the guest's first check, and no compiler moves it behind that, but
	 * whoever sees it must see the chain around it.
	 * @return whether none was running
	 */
	final boolean enter() {
		this.fuel = (this.state == IDLE) ? this.fuelLimit : this.fuel;
		return enterUnmetered();
	}

	/** As {@link #enter}, for code that does not count its work. */
	final boolean enterUnmetered() {
		if (this.state != IDLE) {
			return false;
		}
		STATE.setRelease(this, RUNNING);
		return true;
	}

	/** Whether the code counts its work. */
	final boolean metered() {
		return this.fuelLimit > 0;
	}

	final void exit() {
		this.state = IDLE;
	}

	/** Whether a call is running; for the owner's thread. */
	final boolean running() {
		return this.state != IDLE;
	}

	/** Ends a call that may have failed, wherever its stack ended. */
	final void exitFailed() {
		exit();
		CallChain thread = this.chain;
		if (thread != null) {
			thread.forget(this);
		}
	}

	/** The host functions its thread is in; only while it is leased. */
	final CallChain chain() {
		return Objects.requireNonNull(this.chain);
	}

	/** Its number in the chain. */
	final int number() {
		return this.number;
	}

	/** The time the running call has left by its own limit; for its thread. */
	final long remainingNanos() {
		long current = (long) STATE.getAcquire(this);
		if (current < 0) {
			return 0;
		}
		// Before the watchdog has seen the call its time has not begun.
		return (current == this.timedMark) ? Math.max(0, this.timeoutNanos - (System.nanoTime() - this.markedAt))
				: this.timeoutNanos;
	}

	/**
	 * What stopped the running call, or a call around it, if one was; for its thread,
	 * which may know that before the watchdog has come to this call.
	 */
	final @Nullable GuestStopped stop() {
		if ((long) STATE.getAcquire(this) < 0) {
			return stopped();
		}
		StopReason outer = outerReason();
		return (outer != null) ? new GuestStopped(outer) : null;
	}

	/** The check of the guest's loops and calls. */
	final void check() {
		if ((long) STATE.getOpaque(this) < 0) {
			throw stopped();
		}
	}

	/**
	 * The check before calls, a plain read: a loop has a check of its own, and a function
	 * that calls itself reads it anew in each call that HotSpot has not made a part of
	 * the caller.
	 */
	final void checkCall() {
		if (this.state < 0) {
			throw stopped();
		}
	}

	/** The check of code that counts: each is one unit of fuel. */
	final void checkFuel() {
		long left = this.fuel - 1;
		this.fuel = left;
		if ((left | (long) STATE.getOpaque(this)) < 0) {
			throw stopped();
		}
	}

	/**
	 * The check between the steps of a bulk instruction.
	 * @param units of fuel that the next step takes, where fuel is counted
	 */
	final void check(long units) {
		if (this.fuelLimit > 0) {
			this.fuel -= units;
			if (this.fuel < 0) {
				throw stopped();
			}
		}
		check();
	}

	/** The fuel that the running call has used, or the last one. */
	final long fuelUsed() {
		return this.fuelLimit - Math.max(0, this.fuel);
	}

	private GuestStopped stopped() {
		long current = (long) STATE.getAcquire(this);
		return new GuestStopped((current < 0) ? reason(current) : StopReason.FUEL);
	}

	/** Asks that the given lease's running or next call be stopped; from any thread. */
	final void cancel(long leaseNumber) {
		this.cancelledLease = leaseNumber;
	}

	/**
	 * Looks whether the running call must end; only the watchdog calls it.
	 * @param elapsed nanoseconds since the last look at calls; what a running one costs
	 * @return whether a call is running
	 */
	final boolean inspect(long elapsed) {
		long current = (long) STATE.getAcquire(this);
		if (current == RUNNING) {
			this.mark++;
			if (!STATE.compareAndSet(this, RUNNING, this.mark)) {
				return true;
			}
			current = this.mark;
			// After the mark, so that a call's time never begins before the call.
			this.markedAt = System.nanoTime();
			this.timedMark = current;
		}
		if (current != IDLE) {
			charge(current, elapsed);
		}
		if (current > RUNNING) {
			StopReason reason = reasonToStop();
			if (reason != null) {
				STATE.compareAndSet(this, current, -((current << REASON_BITS) | REASONS.indexOf(reason)));
			}
		}
		return current != IDLE;
	}

	/**
	 * Has the lease's payer pay. A state that was marked once is never seen again, so
	 * where it still stands after the payer was read, it is that call's.
	 */
	private void charge(long seen, long nanos) {
		LeasePayer pays = this.payer;
		if (pays != null) {
			VarHandle.loadLoadFence();
			if ((long) STATE.getAcquire(this) == seen) {
				pays.ran(nanos);
			}
		}
	}

	/** Only asked about a marked call, so that the answer is about that call. */
	private @Nullable StopReason reasonToStop() {
		Thread runner = this.owner;
		if (this.cancelledLease == this.lease) {
			return StopReason.CANCELLED;
		}
		if (runner != null && runner.isInterrupted()) {
			return StopReason.INTERRUPTED;
		}
		if (System.nanoTime() - this.markedAt >= this.timeoutNanos) {
			return StopReason.TIMEOUT;
		}
		return outerReason();
	}

	/** Why a call was stopped that this one was made from, in a host function. */
	private @Nullable StopReason outerReason() {
		CallChain thread = this.chain;
		StopReason reason = (thread != null) ? thread.around(this, CallControl::stopReason) : null;
		return (reason == StopReason.TIMEOUT) ? StopReason.OUTER_TIMEOUT : reason;
	}

	private @Nullable StopReason stopReason() {
		long current = (long) STATE.getAcquire(this);
		return (current < 0) ? reason(current) : null;
	}

	private static StopReason reason(long stopped) {
		return REASONS.get((int) (-stopped & ((1 << REASON_BITS) - 1)));
	}

}
