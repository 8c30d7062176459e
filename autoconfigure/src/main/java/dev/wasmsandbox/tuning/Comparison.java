package dev.wasmsandbox.tuning;

import java.util.List;

import dev.wasmsandbox.tuning.TrialResult.Evidence;

/**
 * What the blocks of a trial prove: a mean gain with bounds that hold at all looks at
 * once. Immutable.
 * <p>
 * The bounds are a confidence sequence for the mean of normal differences of unknown
 * variance, from the likelihood ratio with a normal prior on the mean in units of the
 * standard deviation and the right Haar prior on the standard deviation: T. L. Lai, "On
 * confidence sequences", Annals of Statistics 4 (1976); H. Wang and A. Ramdas,
 * "Anytime-valid t-tests and confidence sequences for Gaussian means with unknown
 * variance", Sequential Analysis 44 (2025). Windows with the same configuration take part
 * as differences of known mean zero. With {@code n} differences, {@code m} of those,
 * {@code W} the sum of squares of all around their means, {@code k = 1 + n c^2} and
 * {@code R = (sqrt(k) / 2 alpha)^(2 / (n + m))}, the half width is
 * {@code sqrt((R - 1) k W / (n (k - R)))}, and infinite unless {@code R < k}. {@code 2
 * alpha} is the error of both bounds together; where there is no gain, the lower one is
 * as often above zero as the upper one is below.
 *
 * @param blocks how many differences
 * @param mean their mean, as natural logarithm
 * @param standardError of the mean
 * @param halfWidth of the confidence sequence
 * @param likelyHalfWidth of one that 90% of gains are below the upper bound of, at all
 * looks together
 * @param noise the standard deviation of a window
 * @param error the error that each of its bounds makes
 */
record Comparison(int blocks, double mean, double standardError, double halfWidth, double likelyHalfWidth, double noise,
		double error) {

	/**
	 * The variance of a block in those of a window: one window against the mean of two.
	 */
	static final double BLOCK = 1.5;

	/** How much may be above an upper bound that is only likely. */
	private static final double UNLIKELY = 0.1;

	/** Fewer tell nothing of their own spread. */
	private static final int OWN_SPREAD = 3;

	/**
	 * Compares.
	 * @param differences of blocks, as natural logarithms
	 * @param noise in standard deviations of a window
	 * @param scale how large a gain is looked for, in standard deviations of a block
	 * @param error how likely the truth may be below the lower bound
	 */
	static Comparison of(List<Double> differences, List<Double> noise, double scale, double error) {
		int n = differences.size();
		double mean = mean(differences);
		double spread = squares(differences, mean);
		double equal = squares(noise, 0);
		int all = n + noise.size();
		double squares = Math.max(1e-12, BLOCK * equal + spread);
		if (n >= OWN_SPREAD) {
			// The new values may be noisier than the old ones: only ever wider.
			squares = Math.max(squares, spread / (n - 1) * all);
		}
		double window = Math.sqrt(equal / Math.max(1, noise.size()));
		double standardError = (n == 0) ? Double.POSITIVE_INFINITY : Math.sqrt(squares / all / n);
		return new Comparison(n, mean, standardError, halfWidth(n, all, squares, scale, error),
				halfWidth(n, all, squares, scale, UNLIKELY), window, error);
	}

	/** Loops, for this is done after each window, with more than a thousand blocks. */
	private static double mean(List<Double> values) {
		double sum = 0;
		for (double value : values) {
			sum += value;
		}
		return values.isEmpty() ? 0 : sum / values.size();
	}

	private static double squares(List<Double> values, double around) {
		double sum = 0;
		for (double value : values) {
			sum += (value - around) * (value - around);
		}
		return sum;
	}

	/** The half width there will be after more blocks of the same spread. */
	static double halfWidth(double n, double all, double squares, double scale, double error) {
		double k = 1 + n * scale * scale;
		double r = Math.pow(Math.sqrt(k) / (2 * error), 2 / all);
		return (r < k) ? Math.sqrt((r - 1) * k * squares / (n * (k - r))) : Double.POSITIVE_INFINITY;
	}

	double low() {
		return this.mean - this.halfWidth;
	}

	/**
	 * What 90% of gains are below of, however often one looks: with a bound for one look
	 * alone, most small gains would seem to be none at one look or another.
	 */
	double likelyHigh() {
		return this.mean + this.likelyHalfWidth;
	}

	/** Whether it is worse than the given logarithm, with 90% confidence. */
	boolean below(double gain) {
		return likelyHigh() < gain;
	}

	Evidence evidence() {
		return new Evidence(this.blocks, Math.expm1(this.mean), finite(this.standardError),
				Math.expm1(Math.max(-50, low())), Math.expm1(Math.min(50, this.mean + this.halfWidth)), this.noise,
				this.error);
	}

	/** Bounds are written down, and not all formats know infinity. */
	private static double finite(double value) {
		return Math.min(1e6, value);
	}

}
