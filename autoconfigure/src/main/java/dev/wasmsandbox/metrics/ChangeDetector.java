package dev.wasmsandbox.metrics;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Finds changes of one series against its own history: a two-sided CUSUM (Page, 1954,
 * "Continuous inspection schemes") of residuals that are made robust. The level is the
 * median of the history, or of its end where a slow drift is no change; the scale is the
 * median absolute deviation (Hampel, 1974). Not thread-safe, and without a clock: one
 * value for each window.
 *
 * <p>
 * A single outlier is cut off and does not alarm by itself. After an alarm the new level
 * becomes the history, so that a change is told once.
 */
final class ChangeDetector {

	/** What is compared with: an hour of windows of one minute. */
	static final int HISTORY = 60;

	/** With less history nothing is said, also after an alarm. */
	static final int LEAST_HISTORY = 30;

	/** Half the smallest change to be found, in deviations. */
	private static final double SLACK = 1;

	/**
	 * In simulations of days of 1,440 windows with Gaussian, log-normal and contaminated
	 * noise of 2% to 20% it gives one false alarm in 25 to 200 days and series, and finds
	 * a change of ten deviations in three windows.
	 */
	private static final double DECISION = 8;

	/** What a single window can count, so that three must differ. */
	private static final double MOST = 4;

	/** What makes the level where drift is followed. */
	private static final int RECENT = 20;

	/** The scale of so many values more than are there is still far off by chance. */
	private static final double UNCERTAINTY = 12;

	/** So many windows are left out of the history while they may already differ. */
	private static final int OPEN = 10;

	/** Makes the median absolute deviation of Gaussian noise its standard deviation. */
	private static final double CONSISTENCY = 1.4826;

	private final boolean followsDrift;

	private final double leastScale;

	private final double[] history = new double[HISTORY];

	private int size;

	private double above;

	private double below;

	/** How many of the last values made the larger sum grow. */
	private int sinceAbove;

	private int sinceBelow;

	/**
	 * Creates a detector.
	 * @param followsDrift whether a slow drift is no change
	 * @param leastScale the least deviation that is taken for noise, as a part of the
	 * level
	 */
	ChangeDetector(boolean followsDrift, double leastScale) {
		this.followsDrift = followsDrift;
		this.leastScale = leastScale;
	}

	/**
	 * A change that was found.
	 *
	 * @param before what was expected
	 * @param now the median of the windows that differ: the change may lie within one
	 * @param deviations how far they differ, in deviations of the history
	 * @param windows how many windows it took
	 */
	record Change(double before, double now, double deviations, int windows) {
	}

	/** Takes the next value, and tells if the series has changed. */
	@Nullable Change next(double value) {
		if (this.size >= LEAST_HISTORY) {
			double expected = expected();
			double scale = scale(expected);
			double deviation = Math.clamp((value - expected) / scale, -MOST, MOST);
			this.above = Math.max(0, this.above + deviation - SLACK);
			this.below = Math.max(0, this.below - deviation - SLACK);
			this.sinceAbove = (this.above > 0) ? this.sinceAbove + 1 : 0;
			this.sinceBelow = (this.below > 0) ? this.sinceBelow + 1 : 0;
			boolean up = this.above > DECISION;
			if (up || this.below > DECISION) {
				int windows = Math.min(OPEN, up ? this.sinceAbove : this.sinceBelow);
				append(value);
				double now = median(Arrays.copyOfRange(this.history, this.size - windows, this.size));
				Change change = new Change(expected, now, (now - expected) / scale, windows);
				restart(windows);
				return change;
			}
		}
		append(value);
		return null;
	}

	private void append(double value) {
		if (this.size == HISTORY) {
			System.arraycopy(this.history, 1, this.history, 0, HISTORY - 1);
			this.size--;
		}
		this.history[this.size++] = value;
	}

	/** Keeps the windows that differ, of which the new history is made. */
	private void restart(int windows) {
		System.arraycopy(this.history, this.size - windows, this.history, 0, windows);
		this.size = windows;
		this.above = 0;
		this.below = 0;
		this.sinceAbove = 0;
		this.sinceBelow = 0;
	}

	/** The windows that may already differ are no part of what is expected. */
	private int settled() {
		return Math.max(LEAST_HISTORY, this.size - Math.min(OPEN, Math.max(this.sinceAbove, this.sinceBelow)));
	}

	private double expected() {
		int n = Math.min(this.size, settled());
		int from = this.followsDrift ? Math.max(0, n - RECENT) : 0;
		return median(Arrays.copyOfRange(this.history, from, n));
	}

	/**
	 * The deviation of the noise, made larger where little history makes it uncertain.
	 */
	private double scale(double expected) {
		int n = Math.min(this.size, settled());
		double noise = this.followsDrift ? ofDifferences(n) : ofValues(n);
		double uncertainty = 1 + UNCERTAINTY / n;
		return Math.max(noise * uncertainty, Math.max(this.leastScale * Math.abs(expected), 1e-9));
	}

	private double ofValues(int n) {
		double[] values = Arrays.copyOf(this.history, n);
		double middle = median(values.clone());
		for (int i = 0; i < n; i++) {
			values[i] = Math.abs(values[i] - middle);
		}
		return CONSISTENCY * median(values);
	}

	/** Differences of neighbours have the variance twice, and no drift. */
	private double ofDifferences(int n) {
		double[] differences = new double[n - 1];
		for (int i = 0; i < n - 1; i++) {
			differences[i] = Math.abs(this.history[i + 1] - this.history[i]);
		}
		return CONSISTENCY * median(differences) / Math.sqrt(2);
	}

	/** Sorts the values. */
	private static double median(double[] values) {
		Arrays.sort(values);
		int half = values.length / 2;
		return (values.length % 2 == 1) ? values[half] : (values[half - 1] + values[half]) / 2;
	}

}
