package dev.wasmsandbox.benchmarks;

import java.util.List;
import java.util.Optional;

import dev.wasmsandbox.benchmarks.harness.Benchmark;

/**
 * All benchmarks. A new one is added here.
 */
final class Benchmarks {

	private static final List<Benchmark> ALL = List.of(new ColdStart(), new CallOverhead(), new Density(),
			new GuestCompute(), new Allocation(), new DataTransfer(), new MemoryOverhead(), new Deadline(),
			new LargeData(), new TypedCalls(), new MetricsOverhead(), new Tuner());

	private Benchmarks() {
	}

	static List<Benchmark> all() {
		return ALL;
	}

	static Optional<Benchmark> find(String name) {
		return ALL.stream().filter((benchmark) -> benchmark.name().equals(name)).findFirst();
	}

}
