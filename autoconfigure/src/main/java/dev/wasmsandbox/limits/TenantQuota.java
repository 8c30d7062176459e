package dev.wasmsandbox.limits;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What the calls of one tenant may use together, over all modules of a registry.
 * Immutable; whatever is {@code null} has no limit.
 *
 * @param maxConcurrentCalls the most calls and open sessions at the same time, waiting
 * for a sandbox included
 * @param memory the most bytes that its leased sandboxes have in bounds together
 * @param cpuTimePerSecond how long its guests may run in each second, those that run side
 * by side added up; what was not used is kept for one second
 */
public record TenantQuota(@Nullable Integer maxConcurrentCalls, @Nullable Long memory,
		@Nullable Duration cpuTimePerSecond) {

	private static final TenantQuota NONE = new TenantQuota(null, null, null);

	private static final Duration LEAST_TIME = Duration.ofMillis(1);

	private static final Duration MOST_TIME = Duration.ofHours(1);

	public TenantQuota {
		if (maxConcurrentCalls != null && maxConcurrentCalls < 1) {
			throw new IllegalArgumentException("max-concurrent-calls must be at least 1, but is " + maxConcurrentCalls);
		}
		if (memory != null && memory < 1) {
			throw new IllegalArgumentException("memory must be positive, but is " + memory + " bytes");
		}
		if (cpuTimePerSecond != null
				&& (cpuTimePerSecond.compareTo(LEAST_TIME) < 0 || cpuTimePerSecond.compareTo(MOST_TIME) > 0)) {
			throw new IllegalArgumentException(
					"cpu-time-per-second must be between 1 ms and 1 hour, but is " + cpuTimePerSecond);
		}
	}

	/** No limit at all. */
	public static TenantQuota none() {
		return NONE;
	}

	/** The same with another number of concurrent calls. */
	public TenantQuota withMaxConcurrentCalls(@Nullable Integer calls) {
		return new TenantQuota(calls, this.memory, this.cpuTimePerSecond);
	}

	/** The same with another limit on memory, in bytes. */
	public TenantQuota withMemory(@Nullable Long bytes) {
		return new TenantQuota(this.maxConcurrentCalls, bytes, this.cpuTimePerSecond);
	}

	/** The same with another limit on time. */
	public TenantQuota withCpuTimePerSecond(@Nullable Duration time) {
		return new TenantQuota(this.maxConcurrentCalls, this.memory, time);
	}

}
