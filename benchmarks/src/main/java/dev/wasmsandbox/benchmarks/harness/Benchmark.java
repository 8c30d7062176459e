package dev.wasmsandbox.benchmarks.harness;

import java.util.List;
import java.util.stream.Stream;

/**
 * A named benchmark. It is made anew in every fork.
 */
public interface Benchmark {

	/** What {@code benchmarks/run} calls it. */
	String name();

	/** What it says, in one line. */
	String summary();

	/**
	 * What it measures. Every measurement runs in JVMs of its own, so one neither spoils
	 * what HotSpot knows for another nor takes it along if it fails. Making the list must
	 * cost nothing, the work is done when they are run.
	 */
	List<Measurement> measurements();

	/**
	 * How much time it may take.
	 * @param wanted what others may take
	 */
	default Effort effort(Effort wanted) {
		return wanted;
	}

	/** The figures that follow from those of the measurements. */
	default List<Derived> derived() {
		return List.of();
	}

	/** What its JVMs are started with, besides what all are started with. */
	default List<String> jvmOptions() {
		return List.of("-Xms1g", "-Xmx1g");
	}

	/** All figures in the order of the result, what is derived first. */
	default List<FigureSpec> figures() {
		return Stream
			.concat(derived().stream().map(Derived::figure),
					measurements().stream().flatMap((measurement) -> measurement.figures().stream()))
			.toList();
	}

}
