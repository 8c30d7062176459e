package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.wasmsandbox.tuning.TunerState.LoadLevel;
import dev.wasmsandbox.tuning.TunerState.Rejection;
import dev.wasmsandbox.tuning.TunerState.TrialState;
import org.jspecify.annotations.Nullable;

/**
 * A state while it is being changed by one decision. Keeps every list within its bound.
 * Not thread-safe.
 */
final class Draft {

	/** Pairs of windows; older ones tell of another time of day. */
	private static final int MAX_NOISE = 48;

	private static final int MAX_REJECTIONS = 256;

	/** Beyond so many standard deviations it is no noise but something that happened. */
	private static final double OUTLIER = 5;

	long window;

	int trials;

	long random;

	Map<String, Double> proven;

	@Nullable TrialState trial;

	final List<Double> noise;

	final List<TrialResult> history;

	final List<Rejection> rejections;

	long quietUntil;

	LoadLevel level;

	long shift;

	@Nullable Double unpaired;

	Draft(TunerState state) {
		this.window = state.window();
		this.trials = state.trials();
		this.random = state.random();
		this.proven = new TreeMap<>(state.proven());
		this.trial = state.trial();
		this.noise = new ArrayList<>(state.noise());
		this.history = new ArrayList<>(state.history());
		this.rejections = new ArrayList<>(state.rejections());
		this.quietUntil = state.quietUntil();
		this.level = state.level();
		this.shift = state.shift();
		this.unpaired = state.unpaired();
	}

	TunerState state() {
		return new TunerState(this.window, this.trials, this.random, this.proven, this.trial, this.noise, this.history,
				this.rejections, this.quietUntil, this.level, this.shift, this.unpaired);
	}

	/** The values the next window needs. */
	Map<String, Double> wanted() {
		TrialState running = this.trial;
		return (running != null && running.trying()) ? running.proposal().move().to() : Map.copyOf(this.proven);
	}

	/** The standard deviation of one window's logarithm, as far as it was measured. */
	double noiseDeviation() {
		double squares = this.noise.stream().mapToDouble((value) -> value * value).sum();
		return this.noise.isEmpty() ? 0 : Math.sqrt(squares / this.noise.size());
	}

	/**
	 * Learns from two windows with the same configuration.
	 * @return whether something else than noise happened between them
	 */
	boolean measureNoise(double first, double second, int enough) {
		double value = (second - first) / Math.sqrt(2);
		double bound = OUTLIER * noiseDeviation();
		boolean outlier = this.noise.size() >= enough && Math.abs(value) > bound;
		this.noise.add(outlier ? Math.copySign(bound, value) : value);
		trim(this.noise, MAX_NOISE);
		return outlier;
	}

	void remember(TrialResult result, int bound) {
		this.history.add(result);
		trim(this.history, bound);
	}

	void reject(Rejection rejection) {
		this.rejections.add(rejection);
		trim(this.rejections, MAX_REJECTIONS);
	}

	/** The next random bits; SplitMix64 of Steele, Lea and Flood, OOPSLA 2014. */
	long nextRandom() {
		this.random += 0x9E3779B97F4A7C15L;
		long z = this.random;
		z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
		z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
		return z ^ (z >>> 31);
	}

	private static void trim(List<?> list, int bound) {
		while (list.size() > bound) {
			list.removeFirst();
		}
	}

}
