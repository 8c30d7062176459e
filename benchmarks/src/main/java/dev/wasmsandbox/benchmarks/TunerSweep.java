package dev.wasmsandbox.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.wasmsandbox.observe.Tunable;

/**
 * Finds the best static configuration: all modules have the same bound, reset strategy
 * and number of sandboxes that are kept ready and resident.
 */
final class TunerSweep {

	private static final List<Integer> SIZES = List.of(1, 2, 4, 8, 16);

	private static final List<Integer> KEPT = List.of(0, 8);

	/** So many are measured again, in turns, before one is called the best. */
	private static final int FINALISTS = 4;

	private static final int ROUNDS = 5;

	private final TunerRig rig;

	TunerSweep(TunerRig rig) {
		this.rig = rig;
	}

	/**
	 * A configuration of all modules.
	 *
	 * @param values by parameter
	 * @param throughput what was measured with it
	 */
	record Point(Map<String, Double> values, double throughput) {
	}

	/** What was found. */
	record Result(Map<String, Double> best, Map<String, Double> worst) {
	}

	/**
	 * Tries all.
	 * @param each how long each is measured
	 * @return the best one, and the bad one to start from: one sandbox, nothing kept, the
	 * worst strategy for that
	 */
	Result run(Duration each) throws InterruptedException {
		List<Point> points = new ArrayList<>();
		for (String strategy : strategies()) {
			for (int size : SIZES) {
				for (int kept : KEPT) {
					Map<String, Double> values = values(strategy, size, kept);
					set(values);
					points.add(new Point(values, this.rig.throughput(each)));
				}
			}
		}
		Comparator<Point> byThroughput = Comparator.comparingDouble(Point::throughput);
		Map<String, Double> bad = points.stream()
			.filter((point) -> point.values().entrySet().stream().allMatch(TunerSweep::least))
			.min(byThroughput)
			.orElseThrow()
			.values();
		List<Map<String, Double>> finalists = points.stream()
			.sorted(byThroughput.reversed())
			.limit(FINALISTS)
			.map(Point::values)
			.toList();
		return new Result(bestOf(finalists, each), bad);
	}

	private static boolean least(Map.Entry<String, Double> value) {
		return value.getKey().endsWith(".max-size") ? value.getValue() == 1
				: !value.getKey().contains("pool.min-") || value.getValue() == 0;
	}

	private Map<String, Double> bestOf(List<Map<String, Double>> finalists, Duration each) throws InterruptedException {
		Map<Map<String, Double>, Double> sums = new HashMap<>();
		for (int round = 0; round < ROUNDS; round++) {
			for (Map<String, Double> values : finalists) {
				set(values);
				sums.merge(values, this.rig.throughput(each), Double::sum);
			}
		}
		return sums.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
	}

	/** Puts a configuration into force. */
	void set(Map<String, Double> values) {
		Map<String, Tunable> tunables = this.rig.tunables();
		values.forEach((id, value) -> {
			Tunable tunable = tunables.get(id);
			if (tunable != null && tunable.value() != value) {
				tunable.set(value);
			}
		});
	}

	/** The configuration in force. */
	Map<String, Double> now() {
		Map<String, Double> values = new TreeMap<>();
		this.rig.tunables().forEach((id, tunable) -> values.put(id, tunable.value()));
		return values;
	}

	private Set<String> strategies() {
		Set<String> labels = new TreeSet<>();
		this.rig.tunables()
			.values()
			.stream()
			.filter((tunable) -> tunable.name().equals("reset.strategy"))
			.forEach((tunable) -> labels.addAll(tunable.range().labels()));
		if (labels.isEmpty()) {
			labels.add("");
		}
		return labels;
	}

	private Map<String, Double> values(String strategy, int size, int kept) {
		Map<String, Double> values = new TreeMap<>();
		this.rig.tunables().forEach((id, tunable) -> {
			switch (tunable.name()) {
				case "pool.max-size" -> values.put(id, (double) size);
				case "pool.min-idle", "pool.min-resident" -> values.put(id, (double) kept);
				case "reset.strategy" -> {
					// A module without this one keeps the safe one.
					int index = tunable.range().labels().indexOf(strategy);
					values.put(id, (double) Math.max(index, 0));
				}
				default -> values.put(id, tunable.value());
			}
		});
		return values;
	}

}
