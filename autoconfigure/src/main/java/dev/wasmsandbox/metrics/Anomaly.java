package dev.wasmsandbox.metrics;

import java.util.Locale;

/**
 * A module does something else than before. Immutable.
 *
 * @param module the module
 * @param figure what has changed
 * @param before what was expected by its history
 * @param now what the windows that differ have on average
 * @param deviations how far that is, in deviations of the history
 * @param windows how many windows it took to be sure
 */
public record Anomaly(String module, Figure figure, double before, double now, double deviations, int windows) {

	/** The figures that are watched. */
	public enum Figure {

		/** Calls in a second. */
		RATE("calls/s"),
		/** The median time of calls, in nanoseconds. */
		LATENCY_P50("ns"),
		/** The 95th percentile of the time of calls, in nanoseconds. */
		LATENCY_P95("ns"),
		/** Calls that do not succeed by all, from 0 to 1. */
		ERROR_RATE("ratio"),
		/** Memory that image and sandboxes take, in bytes. */
		MEMORY("bytes");

		private final String unit;

		Figure(String unit) {
			this.unit = unit;
		}

		/** The unit of its values. */
		public String unit() {
			return this.unit;
		}

	}

	/** It in a sentence. */
	@Override
	public String toString() {
		return String.format(Locale.ROOT, "%s of module '%s' went from %.4g to %.4g %s (%.1f deviations, %d windows)",
				this.figure.name().toLowerCase(Locale.ROOT).replace('_', '-'), this.module, this.before, this.now,
				this.figure.unit(), this.deviations, this.windows);
	}

}
