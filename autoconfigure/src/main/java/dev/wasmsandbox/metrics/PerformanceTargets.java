package dev.wasmsandbox.metrics;

import java.time.Duration;

/**
 * What performance is held against, {@code wasm.targets}. Immutable.
 *
 * @param call the mean time of a call in a clean sandbox, at most
 * @param cacheHitRate look-ups that the module cache answers, at least, from 0 to 1
 * @param errorRate calls that do not succeed, at most, from 0 to 1
 * @param guestMemory bytes of guests' memory in use by this process, at most
 * @param coldStart the mean time to make a sandbox, at most
 * @param allocation the mean time to allocate a block in a guest, at most
 */
public record PerformanceTargets(Duration call, double cacheHitRate, double errorRate, long guestMemory,
		Duration coldStart, Duration allocation) {

	public PerformanceTargets {
		time("call", call);
		positive("guest-memory", guestMemory);
		time("cold-start", coldStart);
		time("allocation", allocation);
		rate("cache-hit-rate", cacheHitRate);
		rate("error-rate", errorRate);
	}

	/** What the library is made for. */
	public static PerformanceTargets defaults() {
		return new PerformanceTargets(Duration.ofMillis(1), 0.8, 0.01, 8L << 30, Duration.ofMillis(1),
				Duration.ofNanos(10_000));
	}

	private static void positive(String name, long value) {
		if (value <= 0) {
			throw new IllegalArgumentException("wasm.targets." + name + " must be positive");
		}
	}

	private static void time(String name, Duration value) {
		if (!value.isPositive() || value.compareTo(Duration.ofDays(1)) > 0) {
			throw new IllegalArgumentException(
					"wasm.targets." + name + " must be positive and at most one day, but is " + value);
		}
	}

	private static void rate(String name, double value) {
		if (!(value >= 0 && value <= 1)) {
			throw new IllegalArgumentException("wasm.targets." + name + " must be from 0 to 1, but is " + value);
		}
	}

}
