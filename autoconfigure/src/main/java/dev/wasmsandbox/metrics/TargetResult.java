package dev.wasmsandbox.metrics;

import org.jspecify.annotations.Nullable;

/**
 * One target and what was measured. Immutable.
 *
 * @param property the property that sets the target
 * @param target its value
 * @param actual what was measured; 0 without samples
 * @param unit the unit of both: {@code ns}, {@code bytes} or {@code ratio}
 * @param atLeast whether more is better
 * @param samples how many values were measured
 * @param met whether it is met; {@code null} without samples, when nobody knows
 */
public record TargetResult(String property, double target, double actual, String unit, boolean atLeast, long samples,
		@Nullable Boolean met) {

	static TargetResult atMost(String name, double target, double actual, String unit, long samples) {
		return new TargetResult("wasm.targets." + name, target, actual, unit, false, samples,
				(samples > 0) ? actual <= target : null);
	}

	static TargetResult atLeast(String name, double target, double actual, String unit, long samples) {
		return new TargetResult("wasm.targets." + name, target, actual, unit, true, samples,
				(samples > 0) ? actual >= target : null);
	}

}
