package dev.wasmsandbox.metrics;

import java.util.Arrays;
import java.util.Collection;

import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/**
 * Times over a window that moves on in slices and forgets. Recording is thread-safe and
 * takes two atomic additions on a stripe of the thread's; nothing is lost when a slice
 * ends, because what is counted is never taken back: a slice is the difference of two
 * readings. Everything else is one thread's at a time.
 *
 * <p>
 * With one significant digit of HdrHistogram the bounds of a bucket lie at most a
 * sixteenth apart; the middle of it, which is reported, is at most 3.2% off. From 8 ns to
 * one hour that takes 5 KB, two digits would take 40.
 */
final class LatencyHistogram {

	private static final long LOWEST = 8;

	private static final long HIGHEST = 3_600_000_000_000L;

	private static final int DIGITS = 1;

	private static final int STRIPES = Math.min(8,
			Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 2 - 1));

	private final AtomicHistogram[] stripes = new AtomicHistogram[STRIPES];

	/** All that had been recorded when the last slice ended. */
	private Histogram before = empty();

	/** What was recorded in each of the last slices, {@code null} for nothing. */
	private final @Nullable Histogram[] slices;

	private int next;

	/** As many slices as the window has. */
	LatencyHistogram(int slices) {
		this.slices = new @Nullable Histogram[slices];
		for (int i = 0; i < STRIPES; i++) {
			this.stripes[i] = new AtomicHistogram(LOWEST, HIGHEST, DIGITS);
		}
	}

	private static Histogram empty() {
		return new Histogram(LOWEST, HIGHEST, DIGITS);
	}

	void record(long nanos) {
		int stripe = (int) Thread.currentThread().threadId() & (STRIPES - 1);
		this.stripes[stripe].recordValue(Math.clamp(nanos, 0L, HIGHEST));
	}

	/** How many values were ever recorded; never less than before. On any thread. */
	long recorded() {
		long all = 0;
		for (AtomicHistogram stripe : this.stripes) {
			all += stripe.getTotalCount();
		}
		return all;
	}

	/** Ends a slice; the oldest one is forgotten. */
	void endSlice() {
		Histogram now = now();
		Histogram slice = difference(now);
		this.slices[this.next] = (slice.getTotalCount() > 0) ? slice : null;
		this.next = (this.next + 1) % this.slices.length;
		this.before = now;
	}

	/** The window at this moment: its last slices, and the one that has not ended. */
	LatencySummary summary() {
		return summary(window());
	}

	/** The windows of several together. */
	static LatencySummary summary(Collection<LatencyHistogram> all) {
		Histogram sum = empty();
		all.forEach((histogram) -> sum.add(histogram.window()));
		return summary(sum);
	}

	/** The slices of several that ended last, together. */
	static LatencySummary lastSlices(Collection<LatencyHistogram> all) {
		Histogram sum = empty();
		all.forEach((histogram) -> {
			Histogram last = histogram.lastSlice();
			if (last != null) {
				sum.add(last);
			}
		});
		return summary(sum);
	}

	/**
	 * Percentiles of the window, in nanoseconds; none if it is empty.
	 * @param percentiles each from 0 to 1
	 */
	double[] percentiles(double[] percentiles) {
		Histogram window = window();
		return (window.getTotalCount() > 0)
				? Arrays.stream(percentiles).map((percentile) -> middle(window, 100 * percentile)).toArray()
				: new double[0];
	}

	/**
	 * For each bound how many of all values ever recorded lie below it, and at last how
	 * many there are. Exact for bounds of buckets: those between 128 ns and 256 ns are 8
	 * ns apart, and twice as far for each doubling.
	 * @param bounds ascending, in nanoseconds
	 */
	long[] countsBelow(long[] bounds) {
		long[] counts = new long[bounds.length + 1];
		int bound = 0;
		long below = 0;
		for (HistogramIterationValue bucket : now().recordedValues()) {
			while (bound < bounds.length && bounds[bound] <= bucket.getValueIteratedTo()) {
				counts[bound++] = below;
			}
			below += bucket.getCountAddedInThisIterationStep();
		}
		Arrays.fill(counts, bound, counts.length, below);
		return counts;
	}

	private Histogram window() {
		Histogram window = difference(now());
		for (Histogram slice : this.slices) {
			if (slice != null) {
				window.add(slice);
			}
		}
		return window;
	}

	private @Nullable Histogram lastSlice() {
		return this.slices[(this.next + this.slices.length - 1) % this.slices.length];
	}

	/** Forgets all that was recorded. */
	void reset() {
		this.before = now();
		Arrays.fill(this.slices, null);
	}

	private static LatencySummary summary(Histogram all) {
		if (all.getTotalCount() == 0) {
			return LatencySummary.NONE;
		}
		return new LatencySummary(all.getTotalCount(), all.getMean(), middle(all, 50), middle(all, 95), middle(all, 99),
				all.medianEquivalentValue(all.getMaxValue()));
	}

	private static long middle(Histogram all, double percentile) {
		return all.medianEquivalentValue(all.getValueAtPercentile(percentile));
	}

	private Histogram now() {
		Histogram now = empty();
		for (AtomicHistogram stripe : this.stripes) {
			// Another thread may be adding; what it has added by now is in, the rest next
			// time.
			now.add(stripe);
		}
		return now;
	}

	private Histogram difference(Histogram now) {
		Histogram difference = now.copy();
		difference.subtract(this.before);
		return difference;
	}

}
