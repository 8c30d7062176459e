package dev.wasmsandbox.tuning;

import java.util.List;

/**
 * Expects something of moves nobody has made yet. Nothing depends on its being right:
 * moves are kept for what was measured, and a predictor whose intervals do not hold is no
 * longer asked.
 */
@FunctionalInterface
public interface Predictor {

	/** Learns from what was seen. */
	Forecast learn(Experience experience);

	/** What was learnt. */
	@FunctionalInterface
	interface Forecast {

		Prediction predict(Move move);

	}

	/**
	 * What was seen. Immutable.
	 *
	 * @param parameters what there is to change
	 * @param history trials that ended, the oldest first
	 * @param hints what somebody else expects
	 * @param present the present configuration
	 * @param window the number of the present window, from which the age of trials
	 * follows
	 * @param shift the window of the last shift of the load; what is older counts less
	 */
	record Experience(List<Parameter> parameters, List<TrialResult> history, List<WindowSample.Hint> hints,
			java.util.Map<String, Double> present, long window, long shift) {

		public Experience {
			parameters = List.copyOf(parameters);
			history = List.copyOf(history);
			hints = List.copyOf(hints);
			present = java.util.Map.copyOf(present);
		}

	}

}
