package dev.wasmsandbox.benchmarks.harness;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * What was measured of one thing. Immutable; there is at least one sample, and all are
 * finite.
 */
public final class Samples {

	private final double[] values;

	private final double[] sorted;

	private Samples(double[] values) {
		if (values.length == 0) {
			throw new IllegalArgumentException("There are no samples");
		}
		for (double value : values) {
			if (!Double.isFinite(value)) {
				throw new IllegalArgumentException("A sample is " + value);
			}
		}
		this.values = values;
		this.sorted = values.clone();
		Arrays.sort(this.sorted);
	}

	/** Takes the values, in the order in which they were measured. */
	public static Samples of(double... values) {
		return new Samples(values.clone());
	}

	/** The median. */
	public double median() {
		return percentile(50);
	}

	/**
	 * A percentile, interpolated between the two samples it falls between.
	 * @param percent from 0, the least sample, to 100, the greatest
	 */
	public double percentile(double percent) {
		if (!(percent >= 0 && percent <= 100)) {
			throw new IllegalArgumentException("There is no percentile " + percent);
		}
		double position = percent / 100 * (this.sorted.length - 1);
		int below = (int) position;
		int above = Math.min(below + 1, this.sorted.length - 1);
		return this.sorted[below] + (position - below) * (this.sorted[above] - this.sorted[below]);
	}

	/** All samples times the same factor, to change the unit. */
	public Samples times(double factor) {
		return new Samples(stream().map((value) -> value * factor).toArray());
	}

	/** Each sample divided by the one of the same place in the other samples. */
	public Samples dividedBy(Samples other) {
		requireAsMany(other);
		double[] ratios = new double[this.values.length];
		for (int i = 0; i < ratios.length; i++) {
			ratios[i] = this.values[i] / other.values[i];
		}
		return new Samples(ratios);
	}

	/** From each sample the one of the same place in the other samples is taken away. */
	public Samples minus(Samples other) {
		requireAsMany(other);
		double[] differences = new double[this.values.length];
		for (int i = 0; i < differences.length; i++) {
			differences[i] = this.values[i] - other.values[i];
		}
		return new Samples(differences);
	}

	private void requireAsMany(Samples other) {
		if (other.values.length != this.values.length) {
			throw new IllegalArgumentException(
					this.values.length + " samples cannot be paired with " + other.values.length);
		}
	}

	/** How many there are. */
	public int size() {
		return this.values.length;
	}

	/** The samples in the order in which they were measured. */
	public DoubleStream stream() {
		return Arrays.stream(this.values);
	}

	@Override
	public String toString() {
		return Arrays.toString(this.values);
	}

}
