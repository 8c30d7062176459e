package dev.wasmsandbox.tuning;

/**
 * Gaussian process regression with a given covariance: posterior means and variances, and
 * how likely the observations were. Immutable. C. E. Rasmussen and C. K. I. Williams,
 * "Gaussian Processes for Machine Learning", MIT Press 2006, algorithm 2.1.
 */
final class GaussianProcess {

	private final double[][] factor;

	private final double[] weights;

	private final double logLikelihood;

	/**
	 * Learns.
	 * @param covariance of the observations, their noise included; becomes its factor
	 * @param observed the observations, of prior mean 0
	 */
	GaussianProcess(double[][] covariance, double[] observed) {
		this.factor = covariance;
		cholesky(this.factor);
		double[] half = forward(observed);
		double likelihood = -0.5 * observed.length * Math.log(2 * Math.PI);
		for (int i = 0; i < half.length; i++) {
			likelihood -= 0.5 * half[i] * half[i] + Math.log(this.factor[i][i]);
		}
		this.logLikelihood = likelihood;
		this.weights = backward(half);
	}

	double logLikelihood() {
		return this.logLikelihood;
	}

	/** The mean of something with these covariances with the observations. */
	double mean(double[] covariances) {
		double sum = 0;
		for (int i = 0; i < this.weights.length; i++) {
			sum += this.weights[i] * covariances[i];
		}
		return sum;
	}

	/** The variance left of a prior one. */
	double variance(double prior, double[] covariances) {
		double left = prior;
		for (double part : forward(covariances)) {
			left -= part * part;
		}
		return Math.max(1e-12, left);
	}

	private static void cholesky(double[][] a) {
		for (int i = 0; i < a.length; i++) {
			for (int j = 0; j <= i; j++) {
				double sum = a[i][j];
				for (int k = 0; k < j; k++) {
					sum -= a[i][k] * a[j][k];
				}
				a[i][j] = (i == j) ? Math.sqrt(Math.max(1e-12, sum)) : sum / a[j][j];
			}
		}
	}

	private double[] forward(double[] right) {
		double[] x = right.clone();
		for (int i = 0; i < x.length; i++) {
			for (int k = 0; k < i; k++) {
				x[i] -= this.factor[i][k] * x[k];
			}
			x[i] /= this.factor[i][i];
		}
		return x;
	}

	private double[] backward(double[] right) {
		double[] x = right.clone();
		for (int i = x.length - 1; i >= 0; i--) {
			for (int k = i + 1; k < x.length; k++) {
				x[i] -= this.factor[k][i] * x[k];
			}
			x[i] /= this.factor[i][i];
		}
		return x;
	}

}
