package dev.wasmsandbox.observe;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;

import org.jspecify.annotations.Nullable;

/**
 * A parameter made of a way to read it and a way to change it. It is only ever given
 * values of its range: those it was made with, and of a scale also the value that was
 * found there, so that what an operator has set can be gone back to. Thread-safe if both
 * ways are.
 */
public final class SteppedTunable implements Tunable {

	private final String name;

	private final @Nullable String module;

	private final String unit;

	private final TuningRange steps;

	private final Risk risk;

	private final Set<String> together;

	private final DoubleSupplier reader;

	private final DoubleConsumer writer;

	/** The last value found that is none of the steps. */
	private volatile @Nullable Double found;

	private SteppedTunable(Described described, TuningRange steps, DoubleSupplier reader, DoubleConsumer writer) {
		this.name = described.name();
		this.module = described.module();
		this.unit = described.unit();
		this.risk = described.risk();
		this.together = described.together();
		this.steps = steps;
		this.reader = reader;
		this.writer = writer;
	}

	/**
	 * What is said of a parameter. Immutable.
	 *
	 * @param module the module it belongs to, or null for one of the whole application
	 * @param name what it is called within it
	 * @param unit the unit of its values; empty for choices
	 * @param risk what a wrong value can do
	 * @param together names of parameters it may be changed together with
	 */
	public record Described(@Nullable String module, String name, String unit, Risk risk, Set<String> together) {

		public Described {
			together = Set.copyOf(together);
		}

		/**
		 * Makes the parameter.
		 * @param steps the values it may take
		 * @param reader tells the value in force
		 * @param writer changes it
		 */
		public SteppedTunable with(TuningRange steps, DoubleSupplier reader, DoubleConsumer writer) {
			return new SteppedTunable(this, steps, reader, writer);
		}

	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public @Nullable String module() {
		return this.module;
	}

	@Override
	public String unit() {
		return this.unit;
	}

	@Override
	public TuningRange range() {
		double now = this.reader.getAsDouble();
		if (this.steps.ordered() && !this.steps.contains(now)) {
			this.found = now;
		}
		Double other = this.found;
		if (other == null) {
			return this.steps;
		}
		TreeSet<Double> values = new TreeSet<>(this.steps.values());
		values.add(other);
		return TuningRange.steps(values.stream().mapToDouble(Double::doubleValue).toArray());
	}

	@Override
	public Risk risk() {
		return this.risk;
	}

	@Override
	public double value() {
		return this.reader.getAsDouble();
	}

	@Override
	public void set(double value) {
		if (!range().contains(value)) {
			throw new IllegalArgumentException(
					id() + " may be one of " + range().values() + ", not " + value + "; choose one of them");
		}
		this.writer.accept(value);
	}

	@Override
	public Set<String> together() {
		return this.together;
	}

	@Override
	public String toString() {
		return id() + " = " + range().label(value());
	}

}
