package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import dev.wasmsandbox.tuning.ResponseModel.Observation;

/**
 * Predicts gains by Gaussian processes over the logarithm of the score, learnt from
 * differences that trials measured. Its prior knows only that neighbouring values are
 * alike and that parameters which do not belong together mostly add up. Stateless.
 * <p>
 * Additive covariance: D. Duvenaud, H. Nickisch and C. E. Rasmussen, "Additive Gaussian
 * Processes", NIPS 2011. Its parts are squared exponentials: only what is smooth lets a
 * ridge be seen from moves across it. Averaging over amplitudes and lengths by their
 * likelihood instead of choosing one: J. Snoek, H. Larochelle and R. P. Adams, "Practical
 * Bayesian Optimization of Machine Learning Algorithms", NIPS 2012.
 */
final class ResponsePredictor implements Predictor {

	private static final double[] AMPLITUDES = { 0.05, 0.1, 0.2, 0.4, 0.8, 1.6 };

	private static final double[] LENGTHS = { 0.15, 0.3, 0.6, 1.2 };

	/** What the score varies by before anything is known, and by which factor more. */
	private static final double TYPICAL_AMPLITUDE = 0.4;

	private static final double AMPLITUDE_SPREAD = Math.log(2);

	private static final double TYPICAL_LENGTH = 0.4;

	private static final double LENGTH_SPREAD = Math.log(2);

	/** What no trial is more accurate than: its values mean other things tomorrow. */
	private static final double NUGGET = 0.01;

	/** How uncertain a trial has become when it is as old as the memory. */
	private static final double AGED = 0.1;

	/** How uncertain a trial is that was made under another load. */
	private static final double SHIFTED = 0.3;

	private final int memory;

	/**
	 * Learns from what is not too old.
	 * @param memory after how many windows a trial is old
	 */
	ResponsePredictor(int memory) {
		this.memory = memory;
	}

	@Override
	public Forecast learn(Experience experience) {
		List<Observation> seen = observations(experience);
		Map<String, ResponseMixture> byParameter = new HashMap<>();
		for (Set<String> group : groups(experience.parameters())) {
			List<Observation> of = seen.stream()
				.filter((one) -> group.containsAll(one.move().changes().keySet()))
				.toList();
			List<ResponseModel> models = new ArrayList<>();
			List<Double> likelihoods = new ArrayList<>();
			for (double amplitude : AMPLITUDES) {
				for (double length : LENGTHS) {
					ResponseModel model = new ResponseModel(experience.parameters(), group, of, amplitude, length);
					models.add(model);
					likelihoods.add(model.logLikelihood() + prior(amplitude, length));
				}
			}
			ResponseMixture mixture = new ResponseMixture(models, likelihoods, of);
			group.forEach((id) -> byParameter.put(id, mixture));
		}
		return (move) -> Objects.requireNonNull(byParameter.get(move.changes().firstKey())).predict(move);
	}

	private static double prior(double amplitude, double length) {
		double one = Math.log(amplitude / TYPICAL_AMPLITUDE) / AMPLITUDE_SPREAD;
		double other = Math.log(length / TYPICAL_LENGTH) / LENGTH_SPREAD;
		return -0.5 * (one * one + other * other);
	}

	/** Parameters that belong together, directly or through others. */
	private static List<Set<String>> groups(List<Parameter> parameters) {
		List<Set<String>> groups = new ArrayList<>();
		for (Parameter parameter : parameters) {
			Set<String> joined = new HashSet<>(parameter.together());
			joined.add(parameter.id());
			groups.removeIf((group) -> {
				boolean same = group.stream().anyMatch(joined::contains);
				if (same) {
					joined.addAll(group);
				}
				return same;
			});
			groups.add(joined);
		}
		return groups;
	}

	private List<Observation> observations(Experience experience) {
		List<Observation> seen = new ArrayList<>();
		for (TrialResult result : experience.history()) {
			TrialResult.Evidence evidence = result.evidence();
			if (evidence.blocks() > 0) {
				double age = (double) (experience.window() - result.ended()) / this.memory;
				double variance = evidence.standardError() * evidence.standardError() + NUGGET * NUGGET
						+ AGED * AGED * age + ((result.ended() <= experience.shift()) ? SHIFTED * SHIFTED : 0);
				seen.add(new Observation(result.proposal().move(), Math.log1p(evidence.gain()), variance, null));
			}
		}
		for (WindowSample.Hint hint : experience.hints()) {
			Double present = experience.present().get(hint.parameter());
			if (present != null && present != hint.value()) {
				Move move = new Move(experience.present(), new TreeMap<>(Map.of(hint.parameter(), hint.value())));
				double gain = Math.max(-0.9, hint.gain());
				// Of a logarithm.
				double deviation = Math.max(0.02, hint.uncertainty() / (1 + gain));
				seen.add(new Observation(move, Math.log1p(gain), deviation * deviation, hint.why()));
			}
		}
		return seen;
	}

}
