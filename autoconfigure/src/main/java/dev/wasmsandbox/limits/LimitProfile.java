package dev.wasmsandbox.limits;

import java.time.Duration;
import java.util.Locale;

/**
 * A named set of limits to begin with: all numbers of {@link SandboxLimits} and of
 * {@link ModuleLimits}. Each is within the ceilings for untrusted modules.
 */
public enum LimitProfile {

	/** Rules, filters, formulas: many small modules in little memory. */
	LIGHTWEIGHT(16L << 20, Duration.ofMillis(250), 4L << 20),
	/** What applies if nothing is said. */
	STANDARD(64L << 20, Duration.ofSeconds(1), 32L << 20),
	/** Codecs, interpreters, databases: large modules that work for seconds. */
	HIGH_PERFORMANCE(512L << 20, Duration.ofSeconds(10), 64L << 20);

	private final long memoryBytes;

	private final Duration callTimeout;

	private final long moduleBytes;

	LimitProfile(long memoryBytes, Duration callTimeout, long moduleBytes) {
		this.memoryBytes = memoryBytes;
		this.callTimeout = callTimeout;
		this.moduleBytes = moduleBytes;
	}

	/** Its limits, for untrusted modules. */
	public SandboxLimits limits() {
		return new SandboxLimits(this.memoryBytes, this.callTimeout, this.moduleBytes, ModuleLimits.of(this), 0,
				SandboxLimits.DEFAULT_RESULT_BYTES);
	}

	/** The name in the configuration, such as {@code high-performance}. */
	public String text() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
