package dev.wasmsandbox.metrics;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * How many processors the JVM kept busy, over as many slices as a window has: the most
 * that calls can have had, however their own time was estimated. By the clock of the
 * system, whatever time windows go by. Not thread-safe.
 */
final class ProcessTime {

	/** Over less time the processor clock says nothing: it may tick each 10 ms. */
	private static final long LEAST_NANOS = 100_000_000;

	private final LongSupplier processor;

	private final LongSupplier clock;

	private final Deque<Reading> readings = new ArrayDeque<>();

	private record Reading(long nanos, long processor) {
	}

	ProcessTime() {
		this(ProcessTime::processorNanos, System::nanoTime);
	}

	/**
	 * With other clocks.
	 * @param processor processor time of the process in nanoseconds, negative if it is
	 * not known
	 */
	ProcessTime(LongSupplier processor, LongSupplier clock) {
		this.processor = processor;
		this.clock = clock;
	}

	private static long processorNanos() {
		OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
		return (system instanceof com.sun.management.OperatingSystemMXBean known) ? known.getProcessCpuTime() : -1;
	}

	/** A slice begins or ends. */
	void read() {
		this.readings.addLast(new Reading(this.clock.getAsLong(), this.processor.getAsLong()));
		if (this.readings.size() > MetricsSettings.SLICES + 1) {
			this.readings.removeFirst();
		}
	}

	/** The processors that were busy, on average; infinitely many if it is not known. */
	double busy() {
		Reading first = this.readings.peekFirst();
		long used = this.processor.getAsLong();
		long passed = (first != null) ? this.clock.getAsLong() - first.nanos() : 0;
		if (first == null || used < 0 || first.processor() < 0 || passed < LEAST_NANOS) {
			return Double.POSITIVE_INFINITY;
		}
		return (double) (used - first.processor()) / passed;
	}

}
