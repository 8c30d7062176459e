package dev.wasmsandbox.tuning;

/**
 * How the core decides. Immutable; windows are windows of observation, 60 s by default,
 * whose length only the scheduler knows.
 *
 * @param active whether moves are made, or else only advised
 * @param minImprovement expected improvement above which a trial starts, a part of the
 * score
 * @param minConfidence how often the predictor's 90% intervals must have held, and how
 * likely a gain must be unless little is known of the parameter
 * @param regression the loss at which a trial is rolled back, a part of the score
 * @param error how likely it may be that any move of all is kept without a gain
 * @param minOperations windows with fewer are ignored
 * @param maxWindows how many windows a trial may take
 * @param coolDown how many windows nothing is tried after a trial
 * @param calibration how many pairs of windows with the same configuration measure the
 * noise before anything is tried
 * @param memory how many windows a move that failed is remembered and not made again
 * @param explorations how many trials a parameter may have without a promise, until they
 * are forgotten
 * @param reach how far one move may go, a part of the range
 * @param history how many trials are kept
 */
public record TunerSettings(boolean active, double minImprovement, double minConfidence, double regression,
		double error, long minOperations, int maxWindows, int coolDown, int calibration, int memory, int explorations,
		double reach, int history) {

	public TunerSettings {
		check(minImprovement > 0, "minImprovement", minImprovement, "above 0");
		check(minConfidence >= 0.5 && minConfidence < 1, "minConfidence", minConfidence, "from 0.5 to below 1");
		check(regression > 0 && regression < 1, "regression", regression, "between 0 and 1");
		check(error > 0 && error < 0.5, "error", error, "above 0 and below 0.5");
		check(minOperations >= 1, "minOperations", (double) minOperations, "1 or more");
		check(maxWindows >= 12, "maxWindows", maxWindows, "12 or more");
		check(coolDown >= 0, "coolDown", coolDown, "0 or more");
		check(calibration >= 4, "calibration", calibration, "4 or more");
		check(memory >= 1, "memory", memory, "1 or more");
		check(explorations >= 0, "explorations", explorations, "0 or more");
		check(reach > 0 && reach <= 1, "reach", reach, "above 0, at most 1");
		check(history >= 8 && history <= 256, "history", history, "from 8 to 256");
	}

	/** What holds unless something else is configured. */
	public static TunerSettings defaults() {
		return new TunerSettings(false, 0.05, 0.8, 0.02, 0.01, 100, 5760, 4, 8, 10_080, 4, 0.25, 64);
	}

	/** The same, but moves are made, or not. */
	public TunerSettings withActive(boolean to) {
		return new TunerSettings(to, this.minImprovement, this.minConfidence, this.regression, this.error,
				this.minOperations, this.maxWindows, this.coolDown, this.calibration, this.memory, this.explorations,
				this.reach, this.history);
	}

	/** The same with at least so many windows in which nothing is tried after a trial. */
	TunerSettings atLeastCoolDown(int windows) {
		return (this.coolDown >= windows) ? this
				: new TunerSettings(this.active, this.minImprovement, this.minConfidence, this.regression, this.error,
						this.minOperations, this.maxWindows, windows, this.calibration, this.memory, this.explorations,
						this.reach, this.history);
	}

	private static void check(boolean holds, String name, double value, String wanted) {
		if (!holds) {
			String written = (value == Math.rint(value)) ? Long.toString((long) value) : Double.toString(value);
			throw new IllegalArgumentException(name + " is " + written + " but must be " + wanted);
		}
	}

}
