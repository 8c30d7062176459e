package dev.wasmsandbox.benchmarks.harness;

import java.time.Duration;

/**
 * How much time a benchmark may take.
 *
 * @param quick whether this is a smoke run
 * @param forks how many fresh JVMs take each measurement
 * @param whole how long the run may take; forks that would not end in time are left out
 * @param limit when a JVM is given up
 * @param warmUp how long compared things run before they are measured
 * @param samples how many samples, or pairs of samples, a JVM takes of one figure
 * @param sample the CPU time of one sample
 */
public record Effort(boolean quick, int forks, Duration whole, Duration limit, Duration warmUp, int samples,
		Duration sample) {

	/** The run whose figures count. */
	public static Effort full() {
		return new Effort(false, 4, Duration.ofSeconds(570), Duration.ofMinutes(2), Duration.ofSeconds(3), 21,
				Duration.ofMillis(50));
	}

	/** A smoke run: the same figures from fewer samples. */
	public static Effort smoke() {
		return new Effort(true, 1, Duration.ofMinutes(1), Duration.ofSeconds(55), Duration.ofMillis(1500), 7,
				Duration.ofMillis(20));
	}

	/** Only for tests of whether things run at all. */
	public static Effort least() {
		return new Effort(true, 1, Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ZERO, 1,
				Duration.ofNanos(1));
	}

}
