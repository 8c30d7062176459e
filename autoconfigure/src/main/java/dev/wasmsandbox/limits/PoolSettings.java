package dev.wasmsandbox.limits;

import java.time.Duration;

/**
 * The bounds of one module's pool of sandboxes. Immutable.
 *
 * @param maxSize the most sandboxes leased at the same time; a further caller waits
 * @param maxWait how long a caller waits for a sandbox before it is refused; zero refuses
 * at once
 * @param minIdle how many idle sandboxes are kept ready, as far as {@code maxSize} leaves
 * room for them
 * @param keepAlive how long an idle sandbox above {@code minIdle} is kept when it is not
 * used; after a quarter of it, an idle sandbox gives its memory pages back
 * @param leakDetectionThreshold how long a session may be open before it is reported as a
 * suspected leak; zero reports none
 * @param minResident how many idle sandboxes, those used last, keep their memory pages
 * however long they are idle
 */
public record PoolSettings(int maxSize, Duration maxWait, int minIdle, Duration keepAlive,
		Duration leakDetectionThreshold, int minResident) {

	private static final Duration LONGEST = Duration.ofDays(365);

	private static final PoolSettings DEFAULTS = new PoolSettings(64, Duration.ofSeconds(1));

	public PoolSettings {
		if (maxSize < 1) {
			throw new IllegalArgumentException("pool.max-size must be at least 1, but is " + maxSize);
		}
		if (maxWait.isNegative() || maxWait.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException("pool.max-wait must be between zero and 365 days, but is " + maxWait);
		}
		if (minIdle < 0 || minIdle > maxSize) {
			throw new IllegalArgumentException(
					"pool.min-idle must be between 0 and pool.max-size, which is " + maxSize + ", but is " + minIdle);
		}
		if (keepAlive.isNegative() || keepAlive.isZero() || keepAlive.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(
					"pool.keep-alive must be positive and at most 365 days, but is " + keepAlive);
		}
		if (leakDetectionThreshold.isNegative() || leakDetectionThreshold.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException("pool.leak-detection-threshold must be between zero and 365 days, "
					+ "but is " + leakDetectionThreshold);
		}
		if (minResident < 0) {
			throw new IllegalArgumentException("pool.min-resident must be 0 or more, but is " + minResident);
		}
	}

	/** All idle sandboxes give their pages back after a while. */
	public PoolSettings(int maxSize, Duration maxWait, int minIdle, Duration keepAlive,
			Duration leakDetectionThreshold) {
		this(maxSize, maxWait, minIdle, keepAlive, leakDetectionThreshold, 0);
	}

	/**
	 * Bounds on concurrency; no sandboxes are kept ready, idle ones stay for a minute,
	 * and no leaks are looked for.
	 */
	public PoolSettings(int maxSize, Duration maxWait) {
		this(maxSize, maxWait, 0, Duration.ofMinutes(1), Duration.ZERO);
	}

	/** 64 sandboxes, one second of waiting, idle ones kept for a minute. */
	public static PoolSettings defaults() {
		return DEFAULTS;
	}

	public PoolSettings withMaxSize(int size) {
		return new PoolSettings(size, this.maxWait, this.minIdle, this.keepAlive, this.leakDetectionThreshold,
				this.minResident);
	}

	public PoolSettings withMaxWait(Duration wait) {
		return new PoolSettings(this.maxSize, wait, this.minIdle, this.keepAlive, this.leakDetectionThreshold,
				this.minResident);
	}

	public PoolSettings withMinIdle(int sandboxes) {
		return new PoolSettings(this.maxSize, this.maxWait, sandboxes, this.keepAlive, this.leakDetectionThreshold,
				this.minResident);
	}

	public PoolSettings withKeepAlive(Duration time) {
		return new PoolSettings(this.maxSize, this.maxWait, this.minIdle, time, this.leakDetectionThreshold,
				this.minResident);
	}

	public PoolSettings withLeakDetectionThreshold(Duration threshold) {
		return new PoolSettings(this.maxSize, this.maxWait, this.minIdle, this.keepAlive, threshold, this.minResident);
	}

	public PoolSettings withMinResident(int sandboxes) {
		return new PoolSettings(this.maxSize, this.maxWait, this.minIdle, this.keepAlive, this.leakDetectionThreshold,
				sandboxes);
	}

}
