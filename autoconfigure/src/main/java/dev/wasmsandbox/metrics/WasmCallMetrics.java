package dev.wasmsandbox.metrics;

import java.util.HashMap;
import java.util.HashSet;
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
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of calls: the timer {@code wasm.calls} with the tags {@code module} and
 * {@code function}, of calls in clean sandboxes; the counter {@code wasm.calls.outcomes}
 * with the tag {@code outcome} too, of all calls; the timer
 * {@code wasm.instance.cold-start} and the counter {@code wasm.anomalies} with the tag
 * {@code module}. Those of a function appear within a second of its first call, all go
 * with their module. Thread-safe.
 */
public final class WasmCallMetrics implements MeterBinder {

	private final PerformanceMonitor monitor;

	private final WasmSandboxes sandboxes;

	/**
	 * Creates the binder.
	 * @param monitor follows the registry; the meters follow it
	 */
	public WasmCallMetrics(PerformanceMonitor monitor, WasmSandboxes sandboxes) {
		this.monitor = monitor;
		this.sandboxes = sandboxes;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Meters meters = new Meters(this.monitor, registry);
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

		private final MeterRegistry registry;

		private final Map<String, Map<String, Meter>> byModule = new HashMap<>();

		Meters(PerformanceMonitor monitor, MeterRegistry registry) {
			this.monitor = monitor;
			this.metrics = monitor.metrics();
			this.registry = registry;
		}

		synchronized void reconcile() {
			Set<String> gone = new HashSet<>(this.byModule.keySet());
			for (String module : this.metrics.modules()) {
				gone.remove(module);
				Map<String, Meter> meters = this.byModule.computeIfAbsent(module, this::ofModule);
				this.metrics.counts(module).forEach((function, counts) -> add(meters, module, function, counts));
			}
			for (String module : gone) {
				Objects.requireNonNull(this.byModule.remove(module)).values().forEach(this.registry::remove);
			}
		}

		private void add(Map<String, Meter> meters, String module, String function, CallCounts counts) {
			if (counts.clean().total() > 0) {
				meters.computeIfAbsent(function, (_) -> timer(module, function));
			}
			for (Outcome outcome : Outcome.values()) {
				if (counts.all().count(outcome) > 0) {
					meters.computeIfAbsent(function + " " + outcome, (_) -> counter(module, function, outcome));
				}
			}
		}

		private Map<String, Meter> ofModule(String module) {
			Map<String, Meter> meters = new HashMap<>();
			meters.put(" cold-start", FunctionTimer
				.builder("wasm.instance.cold-start", this.metrics, (metrics) -> metrics.coldStarts(module).count(),
						(metrics) -> metrics.coldStarts(module).nanos(), TimeUnit.NANOSECONDS)
				.tag("module", module)
				.description("Sandboxes made, and how long that took")
				.register(this.registry));
			meters.put(" anomalies",
					FunctionCounter.builder("wasm.anomalies", this.monitor, (monitor) -> monitor.anomalyCount(module))
						.tag("module", module)
						.description("Changes of a module's behaviour against its own history")
						.register(this.registry));
			return meters;
		}

		private Meter timer(String module, String function) {
			return FunctionTimer
				.builder("wasm.calls", this.metrics, (metrics) -> counts(module, function).clean().total(),
						(metrics) -> counts(module, function).cleanNanos(), TimeUnit.NANOSECONDS)
				.tags("module", module, "function", function)
				.description("Calls in clean sandboxes, with the wait for a sandbox")
				.register(this.registry);
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
