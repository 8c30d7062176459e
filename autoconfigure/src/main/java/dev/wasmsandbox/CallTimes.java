package dev.wasmsandbox;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.observe.CallRecorder;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.observe.WorkRecorder;

/**
 * Times the calls of one module for whoever listens. If nobody does, it reads no clock.
 * Thread-safe, without any state that callers would share: which calls are sampled is
 * decided by a hash of the time at which they begin.
 */
final class CallTimes {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	/** That clock is a system call on some systems, so few calls read it. */
	private static final boolean CPU_TIME = THREADS.isCurrentThreadCpuTimeSupported();

	/** What reading it takes, which short calls would be charged with. */
	private static final long CPU_CLOCK = CPU_TIME ? cpuClock() : 0;

	/** Not sampled, or not known. */
	private static final long UNKNOWN = -1;

	private static final int READINGS = 50;

	/** The bits of a hash that are zero for one of 16 calls, and for one of 256. */
	private static final int OF_16 = 60;

	private static final int OF_256 = 56;

	private final WorkRecorder work;

	private final boolean listens;

	CallTimes(WorkRecorder work) {
		this.work = work;
		this.listens = work.listens();
	}

	/** A call begins; what is returned goes to the other methods. */
	long begin() {
		return this.listens ? System.nanoTime() : 0;
	}

	private static long cpuClock() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < READINGS; i++) {
			long first = THREADS.getCurrentThreadCpuTime();
			least = Math.min(least, THREADS.getCurrentThreadCpuTime() - first);
		}
		return Math.max(0, least);
	}

	private static long hash(long begun) {
		return begun * 0x9E3779B97F4A7C15L;
	}

	/** Whether this call's wait for a sandbox is to be timed. */
	boolean acquisition(long begun) {
		return this.listens && hash(begun) >>> OF_16 == 0;
	}

	void acquired(long asked) {
		this.work.acquired(System.nanoTime() - asked);
	}

	/**
	 * The processor time of this thread, if it is to be measured for this call. Never on
	 * a virtual thread, whose time is its carriers'.
	 */
	long cpu(CallRecorder calls, long begun) {
		return (this.listens && (hash(begun) >>> OF_256 == 0 || calls.takesLong())) ? cpu() : UNKNOWN;
	}

	private static long cpu() {
		return (CPU_TIME && !Thread.currentThread().isVirtual()) ? THREADS.getCurrentThreadCpuTime() : UNKNOWN;
	}

	/** A sandbox is about to be given back. */
	void releasing(GuestInstance guest) {
		if (this.listens) {
			this.work.released(guest.memory().size());
		}
	}

	/** A call has ended, its sandbox is given back. */
	void end(CallRecorder calls, Outcome outcome, long begun, long cpu) {
		if (!this.listens) {
			return;
		}
		long nanos = System.nanoTime() - begun;
		if (cpu != UNKNOWN) {
			calls.processor(Math.max(0, THREADS.getCurrentThreadCpuTime() - cpu - CPU_CLOCK));
		}
		calls.call(outcome, nanos);
	}

}
