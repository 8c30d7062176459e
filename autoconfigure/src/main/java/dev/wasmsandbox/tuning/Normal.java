package dev.wasmsandbox.tuning;

/** The normal distribution, accurate to 1e-7. */
final class Normal {

	/** The 95% quantile. */
	static final double Q95 = 1.644853627;

	private Normal() {
	}

	static double density(double z) {
		return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
	}

	/** M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions", 26.2.17. */
	static double distribution(double z) {
		double t = 1 / (1 + 0.2316419 * Math.abs(z));
		double tail = density(z) * t
				* (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
		return (z > 0) ? 1 - tail : tail;
	}

	/**
	 * The mean of what a normal variable exceeds 0 by: expected improvement. D. R. Jones,
	 * M. Schonlau and W. J. Welch, "Efficient Global Optimization of Expensive Black-Box
	 * Functions", Journal of Global Optimization 13 (1998).
	 */
	static double expectedImprovement(double mean, double deviation) {
		double z = mean / deviation;
		return mean * distribution(z) + deviation * density(z);
	}

}
