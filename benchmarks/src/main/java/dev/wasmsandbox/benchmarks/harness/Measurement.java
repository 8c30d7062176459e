package dev.wasmsandbox.benchmarks.harness;

import java.util.List;

/**
 * A part of a benchmark that gives some of its figures.
 *
 * @param figures what {@code body} records, in the order of the result
 * @param body does it
 */
public record Measurement(List<FigureSpec> figures, Body body) {

	public Measurement {
		figures = List.copyOf(figures);
	}

	/** A measurement of the given figures. */
	public static Measurement of(Body body, FigureSpec... figures) {
		return new Measurement(List.of(figures), body);
	}

	/**
	 * Does the work of a measurement, once in each of its JVMs.
	 */
	@FunctionalInterface
	public interface Body {

		/**
		 * Measures and records every figure that was promised.
		 * @throws Exception if it fails or cannot be done here; the message becomes the
		 * reason in the result
		 */
		void run(Effort effort, Recorder recorder) throws Exception;

	}

}
