package dev.wasmsandbox.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The values a {@link Tunable} may take. A finite list, so that bounds hold by
 * construction; neighbours are one step apart. Immutable.
 *
 * @param ordered whether neighbours are alike: a scale, or else choices
 * @param values the values; of choices their indices
 * @param labels what choices are called; empty for a scale
 */
public record TuningRange(boolean ordered, List<Double> values, List<String> labels) {

	/** More are no steps but a continuum. */
	private static final int MAX_VALUES = 1000;

	public TuningRange {
		values = List.copyOf(values);
		labels = List.copyOf(labels);
		if (values.isEmpty() || values.size() > MAX_VALUES) {
			throw new IllegalArgumentException(
					"A range has 1 to " + MAX_VALUES + " values, not " + values.size() + ": choose another step");
		}
		for (int i = 0; i < values.size(); i++) {
			boolean rises = i == 0 || values.get(i) > values.get(i - 1);
			if (!rises || !Double.isFinite(values.get(i))) {
				throw new IllegalArgumentException("Values of a range are finite and rise, unlike " + values);
			}
		}
		if (!labels.isEmpty() && labels.size() != values.size()) {
			throw new IllegalArgumentException("Each of the choices " + labels + " needs one value");
		}
	}

	/** From the least to the greatest value in steps of the same size. */
	public static TuningRange additive(double min, double max, double step) {
		checkBounds(min, max, step > 0);
		List<Double> values = new ArrayList<>();
		for (long i = 0; i <= MAX_VALUES && min + i * step < max; i++) {
			values.add(min + i * step);
		}
		values.add(max);
		return new TuningRange(true, values, List.of());
	}

	/**
	 * From the least to the greatest value by the same factor. Between whole bounds all
	 * are whole.
	 */
	public static TuningRange multiplicative(double min, double max, double factor) {
		checkBounds(min, max, factor > 1 && min > 0);
		boolean whole = min == Math.rint(min) && max == Math.rint(max);
		List<Double> values = new ArrayList<>();
		double exact = min;
		while (exact < max && values.size() <= MAX_VALUES) {
			double value = whole ? Math.rint(exact) : exact;
			if (values.isEmpty() || (value > values.getLast() && value < max)) {
				values.add(value);
			}
			exact *= factor;
		}
		if (values.isEmpty() || max > values.getLast()) {
			values.add(max);
		}
		return new TuningRange(true, values, List.of());
	}

	/** Just these values, which rise. */
	public static TuningRange steps(double... values) {
		return new TuningRange(true, DoubleStream.of(values).boxed().toList(), List.of());
	}

	/** Alternatives without an order; the value of one is its index. */
	public static TuningRange choices(List<String> labels) {
		return new TuningRange(false, IntStream.range(0, labels.size()).mapToObj((i) -> (double) i).toList(), labels);
	}

	private static void checkBounds(double min, double max, boolean step) {
		if (!step || !(min <= max)) {
			throw new IllegalArgumentException("No range goes from " + min + " to " + max + " by such a step");
		}
	}

	/** How many values there are. */
	public int size() {
		return this.values.size();
	}

	/** Whether it is one of the values. */
	public boolean contains(double value) {
		return this.values.get(indexOf(value)) == value;
	}

	/** The index of the value that is nearest. */
	public int indexOf(double value) {
		int best = 0;
		for (int i = 1; i < this.values.size(); i++) {
			if (Math.abs(this.values.get(i) - value) < Math.abs(this.values.get(best) - value)) {
				best = i;
			}
		}
		return best;
	}

	/**
	 * Where a value lies, from 0 for the first to 1 for the last, each step as long as
	 * any other.
	 */
	public double position(double value) {
		return (this.values.size() == 1) ? 0 : (double) indexOf(value) / (this.values.size() - 1);
	}

	/** A value as it is written: the name of a choice, or a number. */
	public String label(double value) {
		if (!this.labels.isEmpty()) {
			return this.labels.get(indexOf(value));
		}
		return (value == Math.rint(value) && Math.abs(value) < 1e15) ? Long.toString((long) value)
				: String.format(Locale.ROOT, "%.4g", value);
	}

}
