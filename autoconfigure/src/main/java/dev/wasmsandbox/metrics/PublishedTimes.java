package dev.wasmsandbox.metrics;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The times of one function's calls as meters show them. All figures are of one moment,
 * until the next look of the monitor: they are taken when the first of them is read after
 * it, and cost nothing where nobody reads. Thread-safe.
 */
final class PublishedTimes {

	/**
	 * The upper bounds of the histogram's buckets in nanoseconds, from a microsecond to
	 * 8.6 seconds, four between each and its double. They are bounds of
	 * {@link LatencyHistogram} too, so that the counts are exact.
	 */
	private static final long[] BOUNDS = bounds();

	private final PerformanceMetrics metrics;

	private final String module;

	private final String function;

	private final double[] percentiles;

	private volatile boolean taken;

	private Figures figures = Figures.NONE;

	PublishedTimes(PerformanceMetrics metrics, String module, String function, CallDistribution distribution) {
		this.metrics = metrics;
		this.module = module;
		this.function = function;
		this.percentiles = distribution.percentiles().stream().mapToDouble(Double::doubleValue).toArray();
	}

	private static long[] bounds() {
		long[] bounds = new long[23 * 4 + 1];
		for (int i = 0; i < bounds.length; i++) {
			bounds[i] = (1024L + 256L * (i % 4)) << (i / 4);
		}
		return bounds;
	}

	/** The bounds of the buckets in seconds, as text; the last one is infinite. */
	static List<String> bucketNames() {
		return Stream
			.concat(Arrays.stream(BOUNDS)
				.mapToObj((nanos) -> BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString()),
					Stream.of("+Inf"))
			.toList();
	}

	/** The monitor has looked. Waits for nobody, since it may be called under locks. */
	void age() {
		this.taken = false;
	}

	/** A percentile of the window in nanoseconds, by its place; NaN without calls. */
	synchronized double percentile(int index) {
		double[] values = figures().percentiles();
		return (index < values.length) ? values[index] : Double.NaN;
	}

	/** Calls that took less than a bucket's bound since the module was loaded. */
	synchronized double count(int bucket) {
		long[] counts = figures().counts();
		return (bucket < counts.length) ? counts[bucket] : 0;
	}

	private Figures figures() {
		if (!this.taken) {
			this.taken = true;
			this.figures = this.metrics.times(this.module, this.function, this.percentiles, BOUNDS);
		}
		return this.figures;
	}

	/**
	 * What was recorded.
	 *
	 * @param percentiles of the window; none without calls
	 * @param counts for each bound how many lie below, and how many there are
	 */
	@SuppressWarnings("ArrayRecordComponent") // stays in this package
	record Figures(double[] percentiles, long[] counts) {

		static final Figures NONE = new Figures(new double[0], new long[0]);

	}

}
