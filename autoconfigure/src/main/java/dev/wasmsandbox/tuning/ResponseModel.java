package dev.wasmsandbox.tuning;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A response surface over the parameters of one group that was fitted to differences,
 * with one amplitude and one length. Immutable.
 */
final class ResponseModel {

	/** How much of a parameter's effect depends on what the others are. */
	private static final double INTERACTION = 0.3;

	/** How much of the effects of a group is of all of its parameters together. */
	private static final double TOGETHER = 0.7;

	private final List<Parameter> parameters;

	private final Set<String> group;

	private final double[][] before;

	private final double[][] after;

	private final double variance;

	private final double length;

	private final GaussianProcess process;

	ResponseModel(List<Parameter> parameters, Set<String> group, List<Observation> seen, double amplitude,
			double length) {
		this.parameters = parameters;
		this.group = group;
		this.variance = amplitude * amplitude;
		this.length = length;
		this.before = seen.stream().map((one) -> point(one.move().from())).toArray(double[][]::new);
		this.after = seen.stream().map((one) -> point(one.move().to())).toArray(double[][]::new);
		double[][] covariance = new double[seen.size()][seen.size()];
		for (int i = 0; i < seen.size(); i++) {
			for (int j = 0; j <= i; j++) {
				covariance[i][j] = difference(this.before[i], this.after[i], this.before[j], this.after[j]);
			}
			covariance[i][i] += seen.get(i).variance();
		}
		this.process = new GaussianProcess(covariance, seen.stream().mapToDouble(Observation::gain).toArray());
	}

	double logLikelihood() {
		return this.process.logLikelihood();
	}

	/** What it expects, as natural logarithm. */
	Gain gain(Move move) {
		double[] from = point(move.from());
		double[] to = point(move.to());
		double[] covariances = new double[this.before.length];
		for (int i = 0; i < covariances.length; i++) {
			covariances[i] = difference(from, to, this.before[i], this.after[i]);
		}
		double variance = this.process.variance(difference(from, to, from, to), covariances);
		return new Gain(this.process.mean(covariances), Math.sqrt(variance));
	}

	/** The covariance of two differences of the surface. */
	private double difference(double[] from, double[] to, double[] otherFrom, double[] otherTo) {
		return covariance(to, otherTo) - covariance(to, otherFrom) - covariance(from, otherTo)
				+ covariance(from, otherFrom);
	}

	/** Each parameter of the group for itself, all of it, and all there are. */
	private double covariance(double[] x, double[] y) {
		double sum = 0;
		double inGroup = 1;
		double all = 1;
		int members = 0;
		for (int i = 0; i < x.length; i++) {
			Parameter parameter = this.parameters.get(i);
			double alike = parameter.range().ordered() ? smooth((x[i] - y[i]) / this.length) : (x[i] == y[i]) ? 1 : 0;
			all *= alike;
			if (this.group.contains(parameter.id())) {
				sum += alike;
				inGroup *= alike;
				members++;
			}
		}
		double own = (members == 1) ? sum : (1 - TOGETHER) * sum + TOGETHER * members * inGroup;
		return this.variance * ((1 - INTERACTION) * own + INTERACTION * all);
	}

	private static double smooth(double distance) {
		return Math.exp(-0.5 * distance * distance);
	}

	/** Where a configuration lies; parameters it lacks are where the range begins. */
	private double[] point(Map<String, Double> configuration) {
		double[] point = new double[this.parameters.size()];
		for (int i = 0; i < point.length; i++) {
			Parameter parameter = this.parameters.get(i);
			Double value = configuration.get(parameter.id());
			point[i] = (value != null) ? parameter.range().position(value) : 0;
		}
		return point;
	}

	/**
	 * What is expected of a move.
	 *
	 * @param mean the mean of the natural logarithm of the ratio of the scores
	 * @param deviation the standard deviation
	 */
	record Gain(double mean, double deviation) {
	}

	/**
	 * A difference that was seen, or that somebody told of.
	 *
	 * @param move between which configurations
	 * @param gain the natural logarithm of the ratio of the scores
	 * @param variance how uncertain that is
	 * @param hint who told, if it was not seen
	 */
	record Observation(Move move, double gain, double variance, @Nullable String hint) {
	}

}
