package dev.wasmsandbox.compile;

import java.time.Duration;

/**
 * The bounds of compiling, over all modules. Immutable.
 *
 * @param threads modules compiled at the same time
 * @param queueCapacity modules that may wait for a thread; a further one is refused
 * @param timeout how long who loads a module waits for its code
 * @param maxBytesInFlight the most bytes of modules, data not counted, that are compiled
 * at the same time; a larger module is refused. Compiling takes some 60 bytes of heap for
 * each
 */
public record CompileSettings(int threads, int queueCapacity, Duration timeout, long maxBytesInFlight) {

	private static final long HEAP_BYTES_PER_BYTE = 64;

	private static final long LEAST_IN_FLIGHT = 1L << 20;

	private static final long MOST_IN_FLIGHT = 1L << 30;

	public CompileSettings {
		if (threads < 1 || threads > 1_000) {
			throw new IllegalArgumentException("compile.threads must be between 1 and 1000, but is " + threads);
		}
		if (queueCapacity < 1) {
			throw new IllegalArgumentException("compile.queue-capacity must be at least 1, but is " + queueCapacity);
		}
		if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(Duration.ofDays(1)) > 0) {
			throw new IllegalArgumentException(
					"compile.timeout must be positive and at most one day, but is " + timeout);
		}
		if (maxBytesInFlight < 1 || maxBytesInFlight > MOST_IN_FLIGHT) {
			throw new IllegalArgumentException(
					"compile.max-bytes-in-flight must be between 1 byte and 1 GiB, but is " + maxBytesInFlight);
		}
	}

	/**
	 * Half as many threads as processors, a queue of 100, 30 seconds, and a 64th of the
	 * largest heap, between 1 MiB and 1 GiB.
	 */
	public static CompileSettings defaults() {
		Runtime runtime = Runtime.getRuntime();
		long share = Math.clamp(runtime.maxMemory() / HEAP_BYTES_PER_BYTE, LEAST_IN_FLIGHT, MOST_IN_FLIGHT);
		return new CompileSettings(Math.max(1, runtime.availableProcessors() / 2), 100, Duration.ofSeconds(30), share);
	}

	public CompileSettings withThreads(int number) {
		return new CompileSettings(number, this.queueCapacity, this.timeout, this.maxBytesInFlight);
	}

	public CompileSettings withQueueCapacity(int capacity) {
		return new CompileSettings(this.threads, capacity, this.timeout, this.maxBytesInFlight);
	}

	public CompileSettings withTimeout(Duration time) {
		return new CompileSettings(this.threads, this.queueCapacity, time, this.maxBytesInFlight);
	}

	public CompileSettings withMaxBytesInFlight(long bytes) {
		return new CompileSettings(this.threads, this.queueCapacity, this.timeout, bytes);
	}

}
