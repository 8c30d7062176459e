package dev.wasmsandbox.limits;

import java.time.Duration;

/**
 * The bounds of one module's pool of sandboxes. Immutable.
 *
 * @param maxSize the most sandboxes leased at the same time; a further caller waits
 * @param maxWait how long a caller waits for a sandbox before it is refused; zero refuses
 * at once
 */
public record PoolSettings(int maxSize, Duration maxWait) {

	private static final PoolSettings DEFAULTS = new PoolSettings(64, Duration.ofSeconds(1));

	public PoolSettings {
		if (maxSize < 1) {
			throw new IllegalArgumentException("pool.max-size must be at least 1, but is " + maxSize);
		}
		if (maxWait.isNegative() || maxWait.compareTo(Duration.ofDays(365)) > 0) {
			throw new IllegalArgumentException("pool.max-wait must be between zero and 365 days, but is " + maxWait);
		}
	}

	/** 64 sandboxes, one second of waiting. */
	public static PoolSettings defaults() {
		return DEFAULTS;
	}

}
