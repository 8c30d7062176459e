package dev.wasmsandbox.metrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.wasmsandbox.metrics.Anomaly.Figure;

/**
 * Watches each module for changes against its own history, window by window. It tells a
 * change once, then learns the new level before it tells of the same figure again. Pure:
 * no clock, no thread. Not thread-safe.
 */
final class AnomalyDetector {

	/** With fewer calls in a window its times and errors are chance. */
	private static final long ENOUGH_CALLS = 30;

	/**
	 * Added to error rates, so that the first few errors in a thousand calls are no
	 * change of many deviations: what is watched is the rate above it.
	 */
	private static final double ERROR_FLOOR = 0.05;

	/** A leak is found all the same once it comes to this. */
	private static final double NOTICEABLE_BYTES = 1 << 20;

	private final Map<String, Double> leastMemory = new HashMap<>();

	private final Map<String, Map<Figure, ChangeDetector>> modules = new HashMap<>();

	/**
	 * One module's window.
	 *
	 * @param module its name
	 * @param calls how many calls ended
	 * @param callsPerSecond the same by time
	 * @param errorRate from 0 to 1
	 * @param p50 in nanoseconds
	 * @param p95 in nanoseconds
	 * @param timed how many calls were timed
	 * @param memory in bytes
	 */
	record Observation(String module, long calls, double callsPerSecond, double errorRate, double p50, double p95,
			long timed, double memory) {

		static Observation of(ModuleWindow window) {
			OutcomeCounts all = window.work().calls().all();
			double resident = (double) window.memory().image() + window.memory().residentIdle()
					+ window.memory().residentLeased();
			return new Observation(window.module(), all.total(), window.perSecond((double) all.total()),
					all.errorRate(), window.calls().p50(), window.calls().p95(), window.calls().samples(), resident);
		}

	}

	/** Takes the next window of all modules, and tells what has changed. */
	List<Anomaly> next(Collection<Observation> windows) {
		List<Anomaly> anomalies = new ArrayList<>();
		this.modules.keySet().retainAll(windows.stream().map(Observation::module).toList());
		this.leastMemory.keySet().retainAll(this.modules.keySet());
		for (Observation window : windows) {
			look(window, anomalies);
		}
		return anomalies;
	}

	private void look(Observation window, List<Anomaly> anomalies) {
		look(window, Figure.RATE, window.callsPerSecond(), anomalies);
		look(window, Figure.MEMORY, window.memory(), anomalies);
		if (window.calls() >= ENOUGH_CALLS) {
			look(window, Figure.ERROR_RATE, window.errorRate() + ERROR_FLOOR, anomalies);
		}
		if (window.timed() >= ENOUGH_CALLS) {
			look(window, Figure.LATENCY_P50, window.p50(), anomalies);
			look(window, Figure.LATENCY_P95, window.p95(), anomalies);
		}
	}

	private void look(Observation window, Figure figure, double value, List<Anomaly> anomalies) {
		ChangeDetector detector = Objects
			.requireNonNull(this.modules.computeIfAbsent(window.module(), (_) -> new EnumMap<>(Figure.class))
				.computeIfAbsent(figure, AnomalyDetector::detector));
		ChangeDetector.Change change = detector.next(value);
		if (change != null && matters(window.module(), figure, change)) {
			double floor = (figure == Figure.ERROR_RATE) ? ERROR_FLOOR : 0;
			anomalies.add(new Anomaly(window.module(), figure, change.before() - floor, change.now() - floor,
					change.deviations(), change.windows()));
		}
	}

	/**
	 * A module that was idle and is called is what modules are for, and memory of idle
	 * sandboxes comes and goes.
	 */
	private boolean matters(String module, Figure figure, ChangeDetector.Change change) {
		return switch (figure) {
			case RATE -> change.before() > 0;
			case MEMORY -> hasGrown(module, change);
			default -> true;
		};
	}

	/** Since it was told last, or was the least: a slow leak is many small changes. */
	private boolean hasGrown(String module, ChangeDetector.Change change) {
		double least = Math.min(change.before(), this.leastMemory.getOrDefault(module, Double.MAX_VALUE));
		boolean grown = change.now() - least >= NOTICEABLE_BYTES;
		this.leastMemory.put(module, grown ? change.now() : Math.min(least, change.now()));
		return grown;
	}

	/** Load follows the day, and percentiles come in steps of a few percent. */
	private static ChangeDetector detector(Figure figure) {
		return switch (figure) {
			case RATE -> new ChangeDetector(true, 0.1);
			case LATENCY_P50, LATENCY_P95 -> new ChangeDetector(false, 0.05);
			case ERROR_RATE -> new ChangeDetector(false, 0.05);
			case MEMORY -> new ChangeDetector(false, 0.01);
		};
	}

}
