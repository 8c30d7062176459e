package dev.wasmsandbox.benchmarks.harness;

import org.jspecify.annotations.Nullable;

/**
 * A figure that a benchmark promises.
 *
 * @param id its name within the benchmark
 * @param unit what it is counted in, {@code x} for ratios
 * @param against what it is compared with, {@code null} for an absolute figure
 */
public record FigureSpec(String id, String unit, @Nullable String against) {

	/** A figure that is compared with nothing. */
	public static FigureSpec absolute(String id, String unit) {
		return new FigureSpec(id, unit, null);
	}

	/** A ratio. */
	public static FigureSpec ratio(String id, String against) {
		return new FigureSpec(id, "x", against);
	}

}
