package dev.wasmsandbox.metrics;

import java.util.List;

/**
 * What is published of the times of calls beside their count and total. Immutable.
 *
 * @param percentiles those that are published as gauges, each from 0 to 1
 * @param histogram whether calls are counted by how long they took
 */
public record CallDistribution(List<Double> percentiles, boolean histogram) {

	/** Nothing. */
	public static final CallDistribution NONE = new CallDistribution(List.of(), false);

	public CallDistribution {
		percentiles = percentiles.stream().distinct().sorted().toList();
		for (double percentile : percentiles) {
			if (!(percentile >= 0 && percentile <= 1)) {
				throw new IllegalArgumentException("A percentile must be from 0 to 1, but is " + percentile);
			}
		}
	}

}
