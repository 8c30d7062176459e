package dev.wasmsandbox.metrics;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.observe.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of calls: the timer {@code wasm.calls} with the tags {@code module} and
 * {@code function}, of calls in clean sandboxes; the counter {@code wasm.calls.outcomes}
 * with the tag {@code outcome} too, of all calls; the timer
 * {@code wasm.instance.cold-start} and the counter {@code wasm.anomalies} with the tag
 * {@code module}; and what a {@link CallDistribution} asks for: gauges
 * {@code wasm.calls.percentile} with the tag {@code phi}, and counters
 * {@code wasm.calls.buckets} with the tag {@code le}. Those of a function appear within a
 * second of its first call, all go with their module. Thread-safe.
 */
public final class WasmCallMetrics implements MeterBinder {

	private final PerformanceMonitor monitor;

	private final WasmSandboxes sandboxes;

	private final CallDistribution distribution;

	/**
	 * Creates the binder.
	 * @param monitor follows the registry; the meters follow it
	 */
	public WasmCallMetrics(PerformanceMonitor monitor, WasmSandboxes sandboxes) {
		this(monitor, sandboxes, CallDistribution.NONE);
	}

	/**
	 * Creates the binder.
	 * @param monitor follows the registry; the meters follow it
	 * @param distribution what is published of the times of calls
	 */
	public WasmCallMetrics(PerformanceMonitor monitor, WasmSandboxes sandboxes, CallDistribution distribution) {
		this.monitor = monitor;
		this.sandboxes = sandboxes;
		this.distribution = distribution;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Meters meters = new Meters(this.monitor, this.distribution, registry);
		this.sandboxes.addListener((_) -> meters.reconcile());
		this.monitor.addListener(meters::reconcile);
		meters.reconcile();
	}

	/**
	 * The meters in one registry. They read by name, so that a module that was loaded
	 * again is the one that is measured.
	 */
	private static final class Meters {

		private final PerformanceMonitor monitor;

		private final PerformanceMetrics metrics;

		private final CallDistribution distribution;

		private final MeterRegistry registry;

		private final Map<String, ModuleMeters> byModule = new HashMap<>();

		Meters(PerformanceMonitor monitor, CallDistribution distribution, MeterRegistry registry) {
			this.monitor = monitor;
			this.metrics = monitor.metrics();
			this.distribution = distribution;
			this.registry = registry;
		}

		/**
		 * What a module has.
		 *
		 * @param all its meters
		 * @param times of the functions that have a timer
		 * @param outcomes by function, those that have a counter
		 */
		private record ModuleMeters(List<Meter> all, Map<String, PublishedTimes> times,
				Map<String, Set<Outcome>> outcomes) {
		}

		synchronized void reconcile() {
			Set<String> gone = new HashSet<>(this.byModule.keySet());
			for (String name : this.metrics.modules()) {
				gone.remove(name);
				ModuleMeters module = this.byModule.computeIfAbsent(name, this::ofModule);
				module.times().values().forEach(PublishedTimes::age);
				this.metrics.counts(name).forEach((function, counts) -> add(module, name, function, counts));
			}
			for (String name : gone) {
				Objects.requireNonNull(this.byModule.remove(name)).all().forEach(this.registry::remove);
			}
		}

		private void add(ModuleMeters module, String name, String function, CallCounts counts) {
			if (counts.clean().total() > 0 && !module.times().containsKey(function)) {
				PublishedTimes times = new PublishedTimes(this.metrics, name, function, this.distribution);
				module.times().put(function, times);
				Tags tags = Tags.of("module", name, "function", function);
				module.all().add(timer(name, function, tags));
				addDistribution(module.all(), times, tags);
			}
			Set<Outcome> known = module.outcomes().computeIfAbsent(function, (_) -> EnumSet.noneOf(Outcome.class));
			for (Outcome outcome : Outcome.values()) {
				if (counts.all().count(outcome) > 0 && known.add(outcome)) {
					module.all().add(counter(name, function, outcome));
				}
			}
		}

		private ModuleMeters ofModule(String module) {
			List<Meter> meters = new ArrayList<>();
			meters.add(FunctionTimer
				.builder("wasm.instance.cold-start", this.metrics, (metrics) -> metrics.coldStarts(module).count(),
						(metrics) -> metrics.coldStarts(module).nanos(), TimeUnit.NANOSECONDS)
				.tag("module", module)
				.description("Sandboxes made, and how long that took")
				.register(this.registry));
			meters
				.add(FunctionCounter.builder("wasm.anomalies", this.monitor, (monitor) -> monitor.anomalyCount(module))
					.tag("module", module)
					.description("Changes of a module's behaviour against its own history")
					.register(this.registry));
			return new ModuleMeters(meters, new HashMap<>(), new HashMap<>());
		}

		private Meter timer(String module, String function, Tags tags) {
			return FunctionTimer
				.builder("wasm.calls", this.metrics, (metrics) -> metrics.timedCalls(module, function),
						(metrics) -> counts(module, function).cleanNanos(), TimeUnit.NANOSECONDS)
				.tags(tags)
				.description("Calls in clean sandboxes, with the wait for a sandbox")
				.register(this.registry);
		}

		/** The figures are recorded anyway, so this costs callers nothing. */
		private void addDistribution(List<Meter> meters, PublishedTimes times, Tags tags) {
			List<Double> percentiles = this.distribution.percentiles();
			for (int i = 0; i < percentiles.size(); i++) {
				int index = i;
				meters.add(TimeGauge
					.builder("wasm.calls.percentile", times, TimeUnit.NANOSECONDS, (read) -> read.percentile(index))
					.tags(tags)
					.tag("phi", percentiles.get(i).toString())
					.description("Percentiles of the times of calls in clean sandboxes over the window")
					.register(this.registry));
			}
			if (this.distribution.histogram()) {
				List<String> buckets = PublishedTimes.bucketNames();
				for (int i = 0; i < buckets.size(); i++) {
					int index = i;
					meters.add(FunctionCounter.builder("wasm.calls.buckets", times, (read) -> read.count(index))
						.tags(tags)
						.tag("le", buckets.get(i))
						.description("Calls in clean sandboxes that took no longer, in seconds")
						.register(this.registry));
				}
			}
		}

		private Meter counter(String module, String function, Outcome outcome) {
			ToDoubleFunction<PerformanceMetrics> count = (_) -> counts(module, function).all().count(outcome);
			return FunctionCounter.builder("wasm.calls.outcomes", this.metrics, count)
				.tags("module", module, "function", function, "outcome", outcome.name())
				.description("Calls by how they ended, those in sessions included")
				.register(this.registry);
		}

		private CallCounts counts(String module, String function) {
			return this.metrics.counts(module).getOrDefault(function, CallCounts.NONE);
		}

	}

}
