package dev.wasmsandbox.tuning;

import dev.wasmsandbox.tuning.TunerState.LoadLevel;

/**
 * Sees when the load has become another one: a short mean of the score or of the number
 * of operations leaves a long one by more than noise. Exponentially weighted means as in
 * S. W. Roberts, "Control Chart Tests Based on Geometric Moving Averages", Technometrics
 * 1 (1959). Stateless.
 */
final class LoadLevels {

	private static final double SHORT = 0.3;

	private static final double LONG = 0.03;

	/** Windows before the long mean means something. */
	private static final int SETTLED = 10;

	/** Fewer or more of so much are the same load. */
	private static final double SHIFT = 0.1;

	/**
	 * In standard deviations of one window, of which the short mean has less than half.
	 */
	private static final double BEYOND_NOISE = 2.5;

	private LoadLevels() {
	}

	/**
	 * Takes a window with the proven values.
	 * @return whether the load has become another one
	 */
	static boolean see(Draft draft, double score, double operations) {
		LoadLevel old = draft.level;
		if (old.windows() == 0) {
			draft.level = new LoadLevel(1, score, score, operations, operations);
			return false;
		}
		double weight = Math.max(LONG, 1.0 / (old.windows() + 1));
		double quick = Math.max(SHORT, weight);
		LoadLevel next = new LoadLevel(Math.min(old.windows() + 1, 1000), mean(old.score(), score, weight),
				mean(old.recentScore(), score, quick), mean(old.operations(), operations, weight),
				mean(old.recentOperations(), operations, quick));
		draft.level = next;
		double bound = Math.max(SHIFT, BEYOND_NOISE * draft.noiseDeviation());
		boolean shifted = next.windows() > SETTLED && (Math.abs(next.recentScore() - next.score()) > bound
				|| Math.abs(next.recentOperations() - next.operations()) > bound);
		if (shifted) {
			draft.level = new LoadLevel(1, next.recentScore(), next.recentScore(), next.recentOperations(),
					next.recentOperations());
		}
		return shifted;
	}

	/** The proven values are others now, and better by that much. */
	static void moved(Draft draft, double gain) {
		LoadLevel old = draft.level;
		draft.level = new LoadLevel(old.windows(), old.score() + gain, old.recentScore() + gain,
				old.operations() + gain, old.recentOperations() + gain);
	}

	private static double mean(double old, double value, double weight) {
		return old + weight * (value - old);
	}

}
