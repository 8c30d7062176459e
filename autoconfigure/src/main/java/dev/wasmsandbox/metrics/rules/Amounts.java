package dev.wasmsandbox.metrics.rules;

import java.time.Duration;
import java.util.Locale;

/**
 * Writes times and sizes. As values of properties they are exact, and Spring reads them
 * back as what they were; in sentences they have three digits.
 */
final class Amounts {

	private Amounts() {
	}

	/** A time as a property takes it, in the largest unit that keeps it exact. */
	static String property(Duration time) {
		long nanos = time.toNanos();
		if (nanos % 1_000_000_000 == 0) {
			return nanos / 1_000_000_000 + "s";
		}
		if (nanos % 1_000_000 == 0) {
			return nanos / 1_000_000 + "ms";
		}
		return (nanos % 1_000 == 0) ? nanos / 1_000 + "us" : nanos + "ns";
	}

	/** A size as a property takes it, in the largest unit that keeps it exact. */
	static String property(long bytes) {
		if (bytes % (1 << 20) == 0) {
			return (bytes >> 20) + "MB";
		}
		return (bytes % (1 << 10) == 0) ? (bytes >> 10) + "KB" : bytes + "B";
	}

	/** A time in a sentence. */
	static String time(double nanos) {
		if (nanos >= 1e9) {
			return digits(nanos / 1e9) + " s";
		}
		if (nanos >= 1e6) {
			return digits(nanos / 1e6) + " ms";
		}
		return (nanos >= 1e3) ? digits(nanos / 1e3) + " us" : Math.round(nanos) + " ns";
	}

	/** A size in a sentence. */
	static String size(double bytes) {
		if (bytes >= 1 << 20) {
			return digits(bytes / (1 << 20)) + " MB";
		}
		return (bytes >= 1 << 10) ? digits(bytes / (1 << 10)) + " KB" : Math.round(bytes) + " bytes";
	}

	/** A part of 1 in a sentence. */
	static String percent(double ratio) {
		return digits(ratio * 100) + "%";
	}

	private static String digits(double value) {
		String text = String.format(Locale.ROOT, (value < 10) ? "%.2f" : (value < 100) ? "%.1f" : "%.0f", value);
		// 1.50 is 1.5, 2.00 is 2, 100 stays.
		return (text.indexOf('.') < 0) ? text : text.replaceFirst("\\.?0+$", "");
	}

}
