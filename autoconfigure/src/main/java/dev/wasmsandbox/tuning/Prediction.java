package dev.wasmsandbox.tuning;

/**
 * What a predictor expects of a move, each gain a part of the present score: 0.1 is a
 * tenth more. Immutable.
 *
 * @param expectedImprovement the mean of the gain where losses count as nothing, for they
 * are rolled back
 * @param gain the most likely gain
 * @param low the 5% quantile of the gain
 * @param high the 95% quantile of the gain
 * @param probability how likely there is a gain at all
 * @param why the reason in a sentence
 */
public record Prediction(double expectedImprovement, double gain, double low, double high, double probability,
		String why) {
}
