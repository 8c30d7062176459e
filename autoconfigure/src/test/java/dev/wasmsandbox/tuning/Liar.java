package dev.wasmsandbox.tuning;

import java.util.Map;

/**
 * A predictor that is sure of the contrary of what is so, or of what is not so at all.
 */
final class Liar implements Predictor {

	private final Plant plant;

	Liar(Plant plant) {
		this.plant = plant;
	}

	@Override
	public Forecast learn(Experience experience) {
		return this::predict;
	}

	private Prediction predict(Move move) {
		double gain = gain(move.from(), move.to());
		double lie = (gain < 0) ? Math.min(3, 1 / (1 + gain) - 1) + 0.2 : -gain;
		return new Prediction(Math.max(0, lie), lie, lie - 0.02, lie + 0.02, (lie > 0) ? 0.999 : 0.001, "trust me");
	}

	private double gain(Map<String, Double> from, Map<String, Double> to) {
		return this.plant.rate(to) / this.plant.rate(from) - 1;
	}

}
