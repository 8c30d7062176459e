package dev.wasmsandbox.metrics;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.wasmsandbox.WasmSandboxes;

/**
 * Follows the modules of a registry over time, and keeps what it noticed lately. It reads
 * no clock but to date what it noticed, and starts no thread; whoever owns it has it
 * {@link #look} about once a second. Thread-safe.
 */
public final class PerformanceMonitor {

	private static final int MOST_KEPT = 20;

	private final PerformanceMetrics metrics;

	private final WasmSandboxes sandboxes;

	private final AnomalyDetector detector = new AnomalyDetector();

	private final Map<String, Deque<Noticed>> noticed = new HashMap<>();

	private final Map<String, Long> counts = new HashMap<>();

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	private int slices;

	/**
	 * Creates a monitor.
	 * @param sandboxes the registry that the metrics observe
	 */
	public PerformanceMonitor(PerformanceMetrics metrics, WasmSandboxes sandboxes) {
		this.metrics = metrics;
		this.sandboxes = sandboxes;
	}

	/**
	 * An anomaly and when it was found.
	 */
	public record Noticed(Instant at, Anomaly anomaly) {
	}

	/** What it follows. */
	public PerformanceMetrics metrics() {
		return this.metrics;
	}

	/** Has a listener told after each look, on the thread that looks. */
	void addListener(Runnable listener) {
		this.listeners.add(listener);
	}

	/**
	 * Looks at all modules.
	 * @param nanos the time, see {@link PerformanceMetrics#look}
	 * @return what has changed, if a window has ended
	 */
	public List<Anomaly> look(long nanos) {
		List<Anomaly> anomalies = next(nanos);
		this.listeners.forEach(Runnable::run);
		return anomalies;
	}

	private synchronized List<Anomaly> next(long nanos) {
		if (!this.metrics.look(nanos, this.sandboxes) || ++this.slices < MetricsSettings.SLICES) {
			return List.of();
		}
		this.slices = 0;
		List<ModuleWindow> windows = this.metrics.windows(this.sandboxes);
		List<Anomaly> anomalies = this.detector.next(windows.stream().map(AnomalyDetector.Observation::of).toList());
		List<String> names = windows.stream().map(ModuleWindow::module).toList();
		this.noticed.keySet().retainAll(names);
		this.counts.keySet().retainAll(names);
		Instant now = Instant.now();
		for (Anomaly anomaly : anomalies) {
			Deque<Noticed> kept = this.noticed.computeIfAbsent(anomaly.module(), (_) -> new ArrayDeque<>());
			kept.addFirst(new Noticed(now, anomaly));
			if (kept.size() > MOST_KEPT) {
				kept.removeLast();
			}
			this.counts.merge(anomaly.module(), 1L, Long::sum);
		}
		return anomalies;
	}

	/** The last anomalies of a module, at most 20, the latest first. */
	public synchronized List<Noticed> anomalies(String module) {
		return List.copyOf(this.noticed.getOrDefault(module, new ArrayDeque<>()));
	}

	/** How many anomalies of a module were found since it was loaded. */
	public synchronized long anomalyCount(String module) {
		return this.counts.getOrDefault(module, 0L);
	}

}
