package dev.wasmsandbox.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.PerformanceSummary.Latencies;
import dev.wasmsandbox.observe.WorkObserver;
import dev.wasmsandbox.observe.WorkRecorder;

/**
 * Measures the work of all modules: of each function, each module and all together, over
 * a window that forgets. It reads no clock and starts no thread; whoever owns it has it
 * {@link #look} about once a second. Recording is on callers' way and waits for nothing;
 * everything else is thread-safe and waits for others who read.
 */
public final class PerformanceMetrics implements WorkObserver {

	private final MetricsSettings settings;

	private final ConcurrentMap<String, ModuleHistory> modules = new ConcurrentHashMap<>();

	private long now;

	private long sliceBegan;

	private boolean begun;

	public PerformanceMetrics(MetricsSettings settings) {
		this.settings = settings;
	}

	/** How it measures. */
	public MetricsSettings settings() {
		return this.settings;
	}

	@Override
	public WorkRecorder module(String name, Collection<String> exports) {
		ModuleHistory history = this.modules.computeIfAbsent(name, (_) -> new ModuleHistory(exports));
		history.metrics().exports(exports);
		return history.metrics();
	}

	@Override
	public void unloaded(String name) {
		this.modules.remove(name);
	}

	/**
	 * Looks at all pools, and ends a slice of the window when its time is over.
	 * @param nanos the time, which must not go back; where it begins does not matter
	 * @param sandboxes the registry this observes
	 * @return whether a slice has ended
	 */
	public synchronized boolean look(long nanos, WasmSandboxes sandboxes) {
		if (!this.begun) {
			this.begun = true;
			this.sliceBegan = nanos;
		}
		this.now = nanos;
		boolean ends = nanos - this.sliceBegan >= this.settings.slice().toNanos();
		if (ends) {
			this.sliceBegan = nanos;
		}
		for (WasmSandbox sandbox : loaded(sandboxes)) {
			ModuleHistory history = this.modules.get(sandbox.name());
			if (history != null) {
				history.look(nanos, sandbox.statistics().pool(), ends);
			}
		}
		return ends;
	}

	/** What all modules did in the last window. */
	public synchronized PerformanceSummary summary(WasmSandboxes sandboxes) {
		return summary(this.modules.values(), windows(sandboxes), sandboxes.cache().statistics());
	}

	/** What one module did in the last window, if it is loaded. */
	public synchronized Optional<PerformanceSummary> summary(WasmSandboxes sandboxes, String module) {
		ModuleHistory history = this.modules.get(module);
		Optional<ModuleWindow> window = window(sandboxes, module);
		return (history != null)
				? window.map((one) -> summary(List.of(history), List.of(one), sandboxes.cache().statistics()))
				: Optional.empty();
	}

	private PerformanceSummary summary(Collection<ModuleHistory> histories, List<ModuleWindow> windows,
			CacheStats cache) {
		List<LatencyHistogram> calls = new ArrayList<>();
		histories.forEach((history) -> calls.addAll(history.metrics().calls()));
		Latencies latencies = new Latencies(LatencyHistogram.summary(calls),
				LatencyHistogram
					.summary(histories.stream().map((history) -> history.metrics().acquisitions()).toList()),
				LatencyHistogram.summary(histories.stream().map((history) -> history.metrics().coldStarts()).toList()),
				LatencyHistogram
					.summary(histories.stream().map((history) -> history.metrics().allocations()).toList()));
		return PerformanceSummary.of(windows, latencies, cache, this.settings.targets());
	}

	/** What each module did in the last window. */
	public synchronized List<ModuleWindow> windows(WasmSandboxes sandboxes) {
		return loaded(sandboxes).stream().flatMap((sandbox) -> window(sandbox).stream()).toList();
	}

	/** What one module did in the last window, if it is loaded. */
	public synchronized Optional<ModuleWindow> window(WasmSandboxes sandboxes, String module) {
		return sandboxes.find(module).flatMap(this::window);
	}

	private Optional<ModuleWindow> window(WasmSandbox sandbox) {
		ModuleHistory history = this.modules.get(sandbox.name());
		return (history != null) ? Optional.of(history.window(this.now, sandbox)) : Optional.empty();
	}

	/** The modules that are measured. */
	Set<String> modules() {
		return Set.copyOf(this.modules.keySet());
	}

	/**
	 * The calls of each function of a module since it was loaded, also of its former
	 * versions; none if it is not loaded.
	 */
	public Map<String, CallCounts> counts(String module) {
		ModuleHistory history = this.modules.get(module);
		return (history != null) ? history.metrics().byFunction() : Map.of();
	}

	/** The sandboxes that were made of a module since it was loaded. */
	ColdStarts coldStarts(String module) {
		ModuleHistory history = this.modules.get(module);
		return (history != null) ? history.metrics().allColdStarts() : new ColdStarts(0, 0);
	}

	/** All that a module did since it was loaded; nothing if it is not loaded. */
	WorkCounts work(String module) {
		ModuleHistory history = this.modules.get(module);
		return (history != null) ? history.metrics().counts() : WorkCounts.NONE;
	}

	/** How many sandboxes were made, and what that took together. */
	record ColdStarts(long count, long nanos) {
	}

	/** Forgets the windows; what counts since the start goes on. */
	public synchronized void reset(String module) {
		ModuleHistory history = this.modules.get(module);
		if (history != null) {
			history.reset();
		}
	}

	private static List<WasmSandbox> loaded(WasmSandboxes sandboxes) {
		return sandboxes.names()
			.stream()
			.flatMap((name) -> Stream.ofNullable(sandboxes.find(name).orElse(null)))
			.toList();
	}

}
