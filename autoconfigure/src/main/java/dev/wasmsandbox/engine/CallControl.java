package dev.wasmsandbox.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

import dev.wasmsandbox.memory.FlatMemory;
import dev.wasmsandbox.memory.MemorySlot;
import org.jspecify.annotations.Nullable;

/**
 * Whether a guest may go on running. It is part of the memory object because compiled
 * code has that object at hand, so that the check in its loops costs two loads.
 *
 * <p>
 * The running thread moves {@code epoch} on when a call begins (odd: a call is running)
 * and when it ends (even: none is). The {@link Watchdog} stops a call by writing the
 * epoch it has seen into {@code stopEpoch}. Epochs are never used twice, so a watchdog
 * that comes late stops nobody. The check reads {@code stopEpoch} opaquely: HotSpot would
 * move a plain read out of the loop, and the loop would never end.
 */
abstract sealed class CallControl extends FlatMemory permits LinearMemory {

	private static final VarHandle EPOCH;

	private static final VarHandle STOP_EPOCH;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			EPOCH = lookup.findVarHandle(CallControl.class, "epoch", long.class);
			STOP_EPOCH = lookup.findVarHandle(CallControl.class, "stopEpoch", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Watchdog watchdog;

	private final long timeoutNanos;

	private long epoch;

	@SuppressWarnings("UnusedVariable") // written through STOP_EPOCH
	private long stopEpoch = -1;

	private volatile StopReason stopReason = StopReason.TIMEOUT;

	/**
	 * The lease in force; moved on before a lease's first call, so it is never behind.
	 */
	private volatile long lease;

	private volatile long cancelledLease = -1;

	private volatile @Nullable Thread owner;

	/** The watchdog's own notes. */
	private long seenEpoch;

	private long seenAt;

	CallControl(MemorySlot slot, Watchdog watchdog, Duration timeout) {
		super(slot);
		this.watchdog = watchdog;
		this.timeoutNanos = timeout.toNanos();
	}

	/** Begins a lease and returns its number. */
	final long beginLease() {
		this.owner = Thread.currentThread();
		long next = this.lease + 1;
		this.lease = next;
		return next;
	}

	final void endLease() {
		this.owner = null;
	}

	/**
	 * Begins a call.
	 * @return whether it is the outermost one, whose caller must call {@link #exit}
	 */
	final boolean enter() {
		long current = this.epoch;
		if ((current & 1) != 0) {
			return false;
		}
		EPOCH.setRelease(this, current + 1);
		this.watchdog.callStarted();
		return true;
	}

	final void exit() {
		EPOCH.setRelease(this, this.epoch + 1);
	}

	/** Whether a call is running; for the owner's thread. */
	final boolean running() {
		return (this.epoch & 1) != 0;
	}

	/** The check of the guest's loops and calls. */
	final void check() {
		if ((long) STOP_EPOCH.getOpaque(this) == this.epoch) {
			throw new GuestStopped(this.stopReason);
		}
	}

	/** Asks that the given lease's running or next call be stopped; from any thread. */
	final void cancel(long leaseNumber) {
		this.cancelledLease = leaseNumber;
	}

	/** Looks whether the running call must end; only the watchdog calls it. */
	final boolean inspect(long now) {
		long current = (long) EPOCH.getAcquire(this);
		if ((current & 1) == 0) {
			return false;
		}
		if (current != this.seenEpoch) {
			this.seenEpoch = current;
			this.seenAt = now;
		}
		Thread runner = this.owner;
		if (this.cancelledLease == this.lease) {
			stop(current, StopReason.CANCELLED);
		}
		else if (runner != null && runner.isInterrupted()) {
			stop(current, StopReason.INTERRUPTED);
		}
		else if (now - this.seenAt >= this.timeoutNanos) {
			stop(current, StopReason.TIMEOUT);
		}
		return true;
	}

	private void stop(long observed, StopReason reason) {
		if ((long) STOP_EPOCH.getOpaque(this) != observed) {
			this.stopReason = reason;
			STOP_EPOCH.setRelease(this, observed);
		}
	}

}
