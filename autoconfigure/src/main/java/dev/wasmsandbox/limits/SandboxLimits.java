package dev.wasmsandbox.limits;

import java.time.Duration;

/**
 * What one module may use. Immutable.
 *
 * @param memoryBytes the most linear memory one sandbox may have, in bytes; rounded down
 * to WebAssembly pages of 64 KiB
 * @param callTimeout how long one call may run; waiting for a sandbox does not count
 * @param moduleBytes the largest binary that is accepted, in bytes
 * @param module what the binary may hold
 * @param fuel the most units of work of one call, 0 for no limit: a unit is a loop's
 * turn, a call, 128 bytes of a bulk instruction on memory or four entries of one on a
 * table. The same module with the same input takes the same number each time.
 * @param resultBytes the longest text, bytes or array that a call may return, in bytes
 */
public record SandboxLimits(long memoryBytes, Duration callTimeout, long moduleBytes, ModuleLimits module, long fuel,
		long resultBytes) {

	/** The size of a WebAssembly page, in bytes. */
	public static final int PAGE_BYTES = 65_536;

	/**
	 * The most pages a linear memory may have: addresses are checked as non-negative
	 * {@code int}s, so a memory ends below 2 GiB.
	 */
	public static final int MAX_PAGES = 32_767;

	/** The largest binary that an untrusted module can be allowed, in bytes. */
	public static final long MAX_UNTRUSTED_MODULE_BYTES = 64L << 20;

	/** The longest result if nothing is said: 64 MiB. */
	public static final long DEFAULT_RESULT_BYTES = 64L << 20;

	private static final SandboxLimits DEFAULTS = LimitProfile.STANDARD.limits();

	public SandboxLimits {
		if (memoryBytes < 0 || memoryBytes > (long) MAX_PAGES * PAGE_BYTES) {
			throw new IllegalArgumentException("limits.memory must be between 0 and " + (long) MAX_PAGES * PAGE_BYTES
					+ " bytes (2 GiB less one page), but is " + memoryBytes);
		}
		if (callTimeout.isNegative() || callTimeout.isZero() || callTimeout.compareTo(Duration.ofDays(365)) > 0) {
			throw new IllegalArgumentException(
					"limits.call-timeout must be positive and at most 365 days, but is " + callTimeout);
		}
		if (fuel < 0) {
			throw new IllegalArgumentException("limits.fuel must be positive, or 0 for no limit, but is " + fuel);
		}
		if (resultBytes < 0 || resultBytes > Integer.MAX_VALUE - 8) {
			throw new IllegalArgumentException(
					"limits.result-size must be between 0 bytes and 2 GiB, but is " + resultBytes);
		}
		if (moduleBytes < 8 || moduleBytes > Integer.MAX_VALUE - 8) {
			throw new IllegalArgumentException(
					"limits.module-size must be between 8 bytes and 2 GiB, but is " + moduleBytes);
		}
		if (module.trust() == TrustLevel.UNTRUSTED && moduleBytes > MAX_UNTRUSTED_MODULE_BYTES) {
			throw new IllegalArgumentException("limits.module-size must be at most " + MAX_UNTRUSTED_MODULE_BYTES
					+ " bytes (64 MiB) for an untrusted module, but is " + moduleBytes
					+ "; with trust=trusted it may be larger");
		}
	}

	/** With the standard limits on what the binary may hold. */
	public SandboxLimits(long memoryBytes, Duration callTimeout, long moduleBytes) {
		this(memoryBytes, callTimeout, moduleBytes, ModuleLimits.defaults(), 0, DEFAULT_RESULT_BYTES);
	}

	/** Those of {@link LimitProfile#STANDARD}. */
	public static SandboxLimits defaults() {
		return DEFAULTS;
	}

	/** The most memory in whole pages. */
	public int memoryPages() {
		return (int) (this.memoryBytes / PAGE_BYTES);
	}

	public SandboxLimits withMemoryBytes(long bytes) {
		return new SandboxLimits(bytes, this.callTimeout, this.moduleBytes, this.module, this.fuel, this.resultBytes);
	}

	public SandboxLimits withCallTimeout(Duration timeout) {
		return new SandboxLimits(this.memoryBytes, timeout, this.moduleBytes, this.module, this.fuel, this.resultBytes);
	}

	public SandboxLimits withModuleBytes(long bytes) {
		return new SandboxLimits(this.memoryBytes, this.callTimeout, bytes, this.module, this.fuel, this.resultBytes);
	}

	public SandboxLimits withModule(ModuleLimits limits) {
		return new SandboxLimits(this.memoryBytes, this.callTimeout, this.moduleBytes, limits, this.fuel,
				this.resultBytes);
	}

	public SandboxLimits withFuel(long units) {
		return new SandboxLimits(this.memoryBytes, this.callTimeout, this.moduleBytes, this.module, units,
				this.resultBytes);
	}

	public SandboxLimits withResultBytes(long bytes) {
		return new SandboxLimits(this.memoryBytes, this.callTimeout, this.moduleBytes, this.module, this.fuel, bytes);
	}

	/** Whether work is counted. */
	public boolean metered() {
		return this.fuel > 0;
	}

}
