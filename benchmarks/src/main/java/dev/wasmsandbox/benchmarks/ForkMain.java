package dev.wasmsandbox.benchmarks;

import java.nio.file.Path;

import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.ForkResult;
import dev.wasmsandbox.benchmarks.harness.Forks;
import dev.wasmsandbox.benchmarks.harness.Measurement;

/**
 * The program of a fork, see {@link Forks}.
 */
final class ForkMain {

	private ForkMain() {
	}

	/** Takes name, effort, place of the measurement and result file. */
	public static void main(String[] arguments) {
		Benchmark benchmark = Benchmarks.find(arguments[0]).orElseThrow();
		Effort effort = benchmark.effort(arguments[1].equals("quick") ? Effort.smoke() : Effort.full());
		Measurement measurement = benchmark.measurements().get(Integer.parseInt(arguments[2]));
		Forks.write(ForkResult.measure(measurement, effort), Path.of(arguments[3]));
		// A thread that a benchmark left behind must not keep the fork alive.
		System.exit(0);
	}

}
