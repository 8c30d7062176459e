package dev.wasmsandbox.tuning;

import dev.wasmsandbox.tuning.TunerState.LoadLevel;

/**
 * Sees when the load has become another one: a short mean of the score or of the number
 * of operations leaves a long one by more than noise and more than is usual. Two quick
 * means see large shifts soon, two slow ones small shifts. Exponentially weighted means
 * as in S. W. Roberts, "Control Chart Tests Based on Geometric Moving Averages",
 * Technometrics 1 (1959). Stateless.
 */
final class LoadLevels {

	private static final double SHORT = 0.3;

	private static final double LONG = 0.03;

	private static final double SLOW = 0.02;

	private static final double SLOWEST = 0.004;

	/**
	 * How fast it is learnt what differences are usual: so slowly that a shift is seen
	 * before it is taken for usual.
	 */
	private static final double SPREAD = 0.001;

	/** Windows before means mean something. */
	private static final int SETTLED = 10;

	/** A score that is better or worse by less is that of the same load. */
	private static final double SHIFT = 0.05;

	/** The same for the number of operations. */
	private static final double MORE = 0.1;

	/** In standard deviations of the difference of quick means. */
	private static final double UNUSUAL = 5;

	/** The same for slow means, at which there are fewer independent looks. */
	private static final double SLOWLY_UNUSUAL = 4;

	private LoadLevels() {
	}

	/**
	 * Takes a window with the proven values.
	 * @return whether the load has become another one
	 */
	static boolean see(Draft draft, double score, double operations) {
		LoadLevel level = draft.level;
		LoadLevel next = (level.windows() == 0) ? begin(score, operations, level) : next(level, score, operations);
		double noise = draft.noiseDeviation();
		double bound = bound(UNUSUAL, noise * deviation(SHORT, LONG), level.spread());
		double slowBound = bound(SLOWLY_UNUSUAL, noise * deviation(SLOW, SLOWEST), level.slowSpread());
		double quick = Math.abs(next.recentScore() - next.score());
		double slow = Math.abs(next.slowScore() - next.slowestScore());
		double more = Math.abs(next.recentOperations() - next.operations());
		boolean shifted = next.windows() > SETTLED
				&& (quick > bound || slow > slowBound || more > Math.max(MORE, bound));
		double rate = Math.max(SPREAD, 1.0 / (draft.window + 1));
		LoadLevel learnt = spread(next, mean(level.spread(), square(quick, bound), rate),
				mean(level.slowSpread(), square(slow, slowBound), rate));
		draft.level = shifted ? begin(next.recentScore(), next.recentOperations(), learnt) : learnt;
		return shifted;
	}

	private static LoadLevel begin(double score, double operations, LoadLevel usual) {
		return new LoadLevel(1, score, score, operations, operations, score, score, usual.spread(), usual.slowSpread());
	}

	/** All means begin as those of all windows. */
	private static LoadLevel next(LoadLevel old, double score, double operations) {
		double least = 1.0 / (old.windows() + 1);
		double quick = Math.max(SHORT, least);
		double weight = Math.max(LONG, least);
		return new LoadLevel(Math.min(old.windows() + 1, 1000), mean(old.score(), score, weight),
				mean(old.recentScore(), score, quick), mean(old.operations(), operations, weight),
				mean(old.recentOperations(), operations, quick), mean(old.slowScore(), score, Math.max(SLOW, least)),
				mean(old.slowestScore(), score, Math.max(SLOWEST, least)), old.spread(), old.slowSpread());
	}

	private static LoadLevel spread(LoadLevel level, double spread, double slowSpread) {
		return new LoadLevel(level.windows(), level.score(), level.recentScore(), level.operations(),
				level.recentOperations(), level.slowScore(), level.slowestScore(), spread, slowSpread);
	}

	/**
	 * Beyond what noise makes of a difference of means, and beyond what was usual, which
	 * knows of trends and of noise with a memory.
	 */
	private static double bound(double unusual, double noise, double spread) {
		return Math.max(SHIFT, unusual * Math.max(noise, Math.sqrt(spread)));
	}

	/** Of a difference of means with these weights, in those of a window. */
	private static double deviation(double quick, double slow) {
		return Math.sqrt(quick / (2 - quick) + slow / (2 - slow) - 2 * quick * slow / (quick + slow - quick * slow));
	}

	/** Not more than the bound: what happened once is not usual. */
	private static double square(double difference, double bound) {
		double least = Math.min(difference, bound);
		return least * least;
	}

	/** The proven values are others now, and better by that much. */
	static void moved(Draft draft, double gain) {
		LoadLevel old = draft.level;
		draft.level = new LoadLevel(old.windows(), old.score() + gain, old.recentScore() + gain,
				old.operations() + gain, old.recentOperations() + gain, old.slowScore() + gain,
				old.slowestScore() + gain, old.spread(), old.slowSpread());
	}

	private static double mean(double old, double value, double weight) {
		return old + weight * (value - old);
	}

}
