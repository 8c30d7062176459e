package dev.wasmsandbox.metrics;

/**
 * How long something took, over a window. Times are in nanoseconds; percentiles are true
 * to 3%. All are 0 without samples.
 *
 * @param samples how many were timed
 * @param mean the arithmetic mean
 * @param p50 the median
 * @param p95 the 95th percentile
 * @param p99 the 99th percentile
 * @param max the largest
 */
public record LatencySummary(long samples, double mean, long p50, long p95, long p99, long max) {

	/** Nothing was timed. */
	static final LatencySummary NONE = new LatencySummary(0, 0, 0, 0, 0, 0);

}
