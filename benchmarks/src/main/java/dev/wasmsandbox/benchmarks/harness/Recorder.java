package dev.wasmsandbox.benchmarks.harness;

/**
 * Takes what a measurement has found.
 */
@FunctionalInterface
public interface Recorder {

	/**
	 * Records one figure.
	 * @param id one of the ids that the measurement promises
	 * @param samples in the unit that was promised
	 */
	void record(String id, Samples samples);

}
