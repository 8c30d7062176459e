package dev.wasmsandbox.metrics;

import java.time.Duration;

/**
 * How performance is measured, {@code wasm.metrics}. Immutable.
 *
 * @param window what summaries and recommendations look back on, from 10 seconds to one
 * day
 * @param targets what performance is held against
 */
public record MetricsSettings(Duration window, PerformanceTargets targets) {

	/** A window moves on in so many steps. */
	static final int SLICES = 12;

	public MetricsSettings {
		if (window.compareTo(Duration.ofSeconds(10)) < 0 || window.compareTo(Duration.ofDays(1)) > 0) {
			throw new IllegalArgumentException(
					"wasm.metrics.window must be from 10 seconds to one day, but is " + window);
		}
	}

	/** A window of one minute and the default targets. */
	public static MetricsSettings defaults() {
		return new MetricsSettings(Duration.ofMinutes(1), PerformanceTargets.defaults());
	}

	Duration slice() {
		return this.window.dividedBy(SLICES);
	}

}
