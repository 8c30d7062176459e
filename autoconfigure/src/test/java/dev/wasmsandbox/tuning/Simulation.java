package dev.wasmsandbox.tuning;

import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * A tuner at work on a plant, with noise and a load. The same seed gives the same run.
 */
final class Simulation {

	/** How many trials it may take. */
	static final int DECISIONS = 40;

	/** Twelve weeks, for 40 trials may take four days each in much noise. */
	private static final int MAX_WINDOWS = 120_000;

	/**
	 * After so many windows without a trial no other comes: means over 250 windows have
	 * seen shifts of the load by then.
	 */
	private static final int IDLE = 400;

	private final Plant plant;

	private final TunerCore core;

	private final Noise noise;

	private DoubleUnaryOperator load = (window) -> 1;

	private double lag;

	private TunerState state;

	private Map<String, Double> active;

	private Map<String, Double> effective;

	private int windows;

	private int below;

	private int longestBelow;

	private int keeps;

	private Map<String, Double> base;

	private TunerDecision last;

	Simulation(Plant plant, TunerCore core, double noise, long seed) {
		this.plant = plant;
		this.core = core;
		this.noise = new Noise(Plant.random(seed), noise);
		this.state = TunerState.initial(seed);
		this.active = plant.start();
		this.base = this.active;
		this.effective = this.active;
		this.last = new TunerDecision.Wait(this.active, "");
	}

	/** The load, a factor by window. */
	Simulation load(DoubleUnaryOperator by) {
		this.load = by;
		return this;
	}

	/** How much of a window still shows what was active before. */
	Simulation lag(double part) {
		this.lag = part;
		return this;
	}

	Noise noise() {
		return this.noise;
	}

	/** Until 40 more trials have ended, or nothing is left to try. */
	Simulation run() {
		int until = this.state.trials() + DECISIONS;
		int idle = 0;
		int end = this.windows + MAX_WINDOWS;
		while (this.windows < end && idle < IDLE && !(this.state.trials() >= until && this.state.trial() == null)) {
			window();
			idle = (this.last instanceof TunerDecision.Wait && this.state.noise().size() >= 8) ? idle + 1 : 0;
		}
		return this;
	}

	/** What is proven now is the start, for another load has come. */
	Simulation rebase() {
		this.base = this.state.proven();
		return this;
	}

	void window() {
		double rate = (1 - this.lag) * this.plant.rate(this.active) + this.lag * this.plant.rate(this.effective);
		this.effective = this.active;
		boolean worse = this.plant.rate(this.active) < 0.98 * this.plant.rate(this.base);
		this.below = worse ? this.below + 1 : 0;
		this.longestBelow = Math.max(this.longestBelow, this.below);
		double score = 1e5 * rate * this.load.applyAsDouble(this.windows) * this.noise.next();
		TunerStep step = this.core.decide(this.state, this.plant.parameters(),
				new WindowSample(this.active, score, 0, Math.round(score)));
		this.windows++;
		this.state = step.state();
		this.last = step.decision();
		this.active = this.last.configuration();
		if (this.last instanceof TunerDecision.Keep) {
			this.keeps++;
		}
	}

	/** A part of the best there is. */
	double reached() {
		return this.plant.rate(this.state.proven());
	}

	int windows() {
		return this.windows;
	}

	/** How many windows in a row were more than 2% worse than the start. */
	int longestBelow() {
		return this.longestBelow;
	}

	int keeps() {
		return this.keeps;
	}

	TunerState state() {
		return this.state;
	}

	TunerDecision last() {
		return this.last;
	}

	/** Multiplies by something around 1. */
	static final class Noise {

		private final Random random;

		private final double deviation;

		/** How alike neighbouring windows are. */
		double persistence;

		/** One in so many windows is an outlier; 0 for none. */
		int outliers;

		private double present;

		Noise(Random random, double deviation) {
			this.random = random;
			this.deviation = deviation;
		}

		double next() {
			double fresh = this.random.nextGaussian() * Math.sqrt(1 - this.persistence * this.persistence);
			this.present = this.persistence * this.present + fresh;
			boolean outlier = this.outliers > 0 && this.random.nextInt(this.outliers) == 0;
			return Math.exp(this.deviation * this.present * (outlier ? 5 : 1));
		}

	}

}
