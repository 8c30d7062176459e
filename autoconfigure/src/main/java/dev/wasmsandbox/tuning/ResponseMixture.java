package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.wasmsandbox.tuning.ResponseModel.Gain;
import dev.wasmsandbox.tuning.ResponseModel.Observation;

/**
 * Response surfaces of different amplitudes and lengths, each as heavy as it is likely.
 * Immutable.
 */
final class ResponseMixture {

	/** Lighter ones change nothing. */
	private static final double LIGHT = 0.01;

	private final List<ResponseModel> models = new ArrayList<>();

	private final List<Double> weights = new ArrayList<>();

	private final List<Observation> seen;

	ResponseMixture(List<ResponseModel> models, List<Double> logLikelihoods, List<Observation> seen) {
		this.seen = seen;
		double greatest = logLikelihoods.stream().mapToDouble((one) -> one).max().orElse(0);
		double sum = 0;
		for (int i = 0; i < models.size(); i++) {
			double weight = Math.exp(logLikelihoods.get(i) - greatest);
			if (weight > LIGHT) {
				this.models.add(models.get(i));
				this.weights.add(weight);
				sum += weight;
			}
		}
		double all = sum;
		this.weights.replaceAll((weight) -> weight / all);
	}

	Prediction predict(Move move) {
		List<Gain> gains = this.models.stream().map((model) -> model.gain(move)).toList();
		double improvement = 0;
		double mean = 0;
		for (int i = 0; i < gains.size(); i++) {
			Gain gain = gains.get(i);
			mean += this.weights.get(i) * gain.mean();
			improvement += this.weights.get(i) * Normal.expectedImprovement(gain.mean(), gain.deviation());
		}
		double low = Math.expm1(quantile(gains, 0.05));
		double high = Math.expm1(quantile(gains, 0.95));
		return new Prediction(Math.expm1(improvement), Math.expm1(mean), low, high, 1 - below(gains, 0),
				why(move, low, high));
	}

	/** The probability of less. */
	private double below(List<Gain> gains, double value) {
		double sum = 0;
		for (int i = 0; i < gains.size(); i++) {
			sum += this.weights.get(i) * Normal.distribution((value - gains.get(i).mean()) / gains.get(i).deviation());
		}
		return sum;
	}

	private double quantile(List<Gain> gains, double part) {
		double low = gains.stream().mapToDouble((gain) -> gain.mean() - 4 * gain.deviation()).min().orElse(0);
		double high = gains.stream().mapToDouble((gain) -> gain.mean() + 4 * gain.deviation()).max().orElse(0);
		while (high - low > 1e-4) {
			double middle = (low + high) / 2;
			if (below(gains, middle) < part) {
				low = middle;
			}
			else {
				high = middle;
			}
		}
		return (low + high) / 2;
	}

	private String why(Move move, double low, double high) {
		long trials = this.seen.stream().filter((one) -> one.hint() == null).count();
		StringBuilder text = new StringBuilder();
		text.append((trials == 1) ? "1 trial" : trials + " trials");
		text.append(" so far: between ").append(percent(low)).append(" and ").append(percent(high));
		List<Observation> told = this.seen.stream()
			.filter((one) -> one.hint() != null && move.changes().containsKey(one.move().changes().firstKey()))
			.toList();
		List<Observation> exactly = told.stream()
			.filter((one) -> move.changes().entrySet().containsAll(one.move().changes().entrySet()))
			.toList();
		(exactly.isEmpty() ? told : exactly).stream()
			.map(Observation::hint)
			.distinct()
			.forEach((hint) -> text.append("; ").append(hint));
		return text.toString();
	}

	static String percent(double part) {
		return String.format(Locale.ROOT, "%+.1f%%", 100 * part);
	}

}
