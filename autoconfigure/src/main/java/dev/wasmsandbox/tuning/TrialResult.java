package dev.wasmsandbox.tuning;

/**
 * How a trial ended, with the evidence. Immutable.
 *
 * @param number the number of the trial, from 1
 * @param proposal what was tried and why
 * @param verdict how it ended
 * @param evidence what was measured
 * @param started the number of the window in which it began
 * @param ended the number of the window in which it ended
 * @param reason why it ended so, in a sentence
 */
public record TrialResult(int number, Move.Proposal proposal, Verdict verdict, Evidence evidence, long started,
		long ended, String reason) {

	/** How trials end. */
	public enum Verdict {

		/** A gain was proved; the move is made for good. */
		KEPT,
		/** It was a loss. */
		REGRESSED,
		/** No gain worth having was seen. */
		NO_GAIN,
		/** It was ended by something else: a shift of the load, a pin, an exception. */
		ABANDONED

	}

	/**
	 * A comparison, each gain a part of the score before: 0.1 is a tenth more.
	 *
	 * @param blocks how many comparisons of neighbouring windows were made
	 * @param gain their mean
	 * @param standardError of the mean
	 * @param low lower bound of the gain, which holds for all trials and looks together
	 * @param high upper bound of the gain, by the same measure
	 * @param noise the standard deviation of a window, from windows with the same
	 * configuration
	 * @param error the part of the error for all trials that was spent on this one
	 */
	public record Evidence(int blocks, double gain, double standardError, double low, double high, double noise,
			double error) {
	}

}
