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
import java.util.function.LongSupplier;
import java.util.stream.Stream;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.PerformanceSummary.Latencies;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.observe.WorkObserver;
import dev.wasmsandbox.observe.WorkRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Measures the work of all modules: of each function, each module and all together, over
 * a window that forgets. It starts no thread; whoever owns it has it {@link #look} about
 * once a second. Recording is on callers' way and waits for nothing; everything else is
 * thread-safe and waits for others who read.
 */
public final class PerformanceMetrics implements WorkObserver {

	private final MetricsSettings settings;

	private final @Nullable LongSupplier clock;

	private final ConcurrentMap<String, ModuleHistory> modules = new ConcurrentHashMap<>();

	private final ProcessTime process = new ProcessTime();

	private long now;

	private long sliceBegan;

	private boolean begun;

	/** Without a clock: windows end when it looked last. */
	public PerformanceMetrics(MetricsSettings settings) {
		this.settings = settings;
		this.clock = null;
	}

	/**
	 * With a clock, so that windows end when they are asked for: what was counted since
	 * the last look is then divided by the time since then, too.
	 * @param clock tells the time that {@link #look} is told
	 */
	public PerformanceMetrics(MetricsSettings settings, LongSupplier clock) {
		this.settings = settings;
		this.clock = clock;
	}

	/** How it measures. */
	public MetricsSettings settings() {
		return this.settings;
	}

	@Override
	public WorkRecorder module(String name, Collection<String> exports) {
		ModuleHistory history = this.modules.computeIfAbsent(name,
				(_) -> new ModuleHistory(exports, (this.clock != null) ? this.clock.getAsLong() : null));
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
			this.process.read();
		}
		this.now = nanos;
		long slice = this.settings.slice().toNanos();
		long passed = nanos - this.sliceBegan;
		boolean ends = passed >= slice;
		if (ends) {
			// The next one is as much shorter as this one was longer: twelve are a
			// window.
			this.sliceBegan = (passed < 2 * slice) ? this.sliceBegan + slice : nanos;
			this.process.read();
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
		return summary(this.modules.values(), windows(sandboxes), sandboxes.cache());
	}

	/** What one module did in the last window, if it is loaded. */
	public synchronized Optional<PerformanceSummary> summary(WasmSandboxes sandboxes, String module) {
		ModuleHistory history = this.modules.get(module);
		Optional<ModuleWindow> window = window(sandboxes, module);
		return (history != null) ? window.map((one) -> summary(List.of(history), List.of(one), sandboxes.cache()))
				: Optional.empty();
	}

	private PerformanceSummary summary(Collection<ModuleHistory> histories, List<ModuleWindow> windows,
			ModuleCache cache) {
		List<LatencyHistogram> calls = new ArrayList<>();
		histories.forEach((history) -> calls.addAll(history.metrics().calls()));
		Latencies latencies = new Latencies(LatencyHistogram.summary(calls),
				LatencyHistogram
					.summary(histories.stream().map((history) -> history.metrics().acquisitions()).toList()),
				LatencyHistogram.summary(histories.stream().map((history) -> history.metrics().coldStarts()).toList()),
				LatencyHistogram
					.summary(histories.stream().map((history) -> history.metrics().allocations()).toList()));
		return PerformanceSummary.of(windows, latencies, CacheView.of(cache), this.process.busy(),
				this.settings.targets());
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
		return (history != null) ? Optional.of(history.window(now(), sandbox)) : Optional.empty();
	}

	private long now() {
		if (this.clock == null || !this.begun) {
			return this.now;
		}
		long now = this.clock.getAsLong();
		return (now - this.now > 0) ? now : this.now;
	}

	/**
	 * The times of a function's calls; empty if it was not called.
	 * @param percentiles each from 0 to 1
	 * @param bounds see {@link LatencyHistogram#countsBelow}
	 */
	synchronized PublishedTimes.Figures times(String module, String function, double[] percentiles, long[] bounds) {
		FunctionMetrics called = called(module, function);
		return (called != null) ? new PublishedTimes.Figures(called.latency().percentiles(percentiles),
				called.latency().countsBelow(bounds)) : PublishedTimes.Figures.NONE;
	}

	/** How many calls of a function in clean sandboxes were timed since it was loaded. */
	long timedCalls(String module, String function) {
		FunctionMetrics called = called(module, function);
		return (called != null) ? called.latency().recorded() : 0;
	}

	private @Nullable FunctionMetrics called(String module, String function) {
		ModuleHistory history = this.modules.get(module);
		return (history != null) ? history.metrics().called(function) : null;
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
			history.reset(now());
		}
	}

	private static List<WasmSandbox> loaded(WasmSandboxes sandboxes) {
		return sandboxes.names()
			.stream()
			.flatMap((name) -> Stream.ofNullable(sandboxes.find(name).orElse(null)))
			.toList();
	}

}
