package dev.wasmsandbox.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.pool.PoolStatistics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Gauges of the modules' pools: {@code wasm.pool.instances}, with the tag {@code state},
 * and {@code wasm.pool.pending}, each with the tag {@code module}. They come and go with
 * the modules. Thread-safe.
 */
public final class WasmPoolMetrics implements MeterBinder {

	private final WasmSandboxes sandboxes;

	/**
	 * Creates the binder.
	 * @param sandboxes whose modules it watches
	 */
	public WasmPoolMetrics(WasmSandboxes sandboxes) {
		this.sandboxes = sandboxes;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauges gauges = new Gauges(this.sandboxes, registry);
		this.sandboxes.addListener(gauges::reconcile);
		this.sandboxes.names().forEach(gauges::reconcile);
	}

	/**
	 * The gauges in one registry. Invariant: after the last reconciliation of a name it
	 * has gauges if and only if a module of that name is loaded, in whatever order the
	 * changes of it are reported.
	 */
	private static final class Gauges {

		private final WasmSandboxes sandboxes;

		private final MeterRegistry registry;

		private final Map<String, List<Meter>> byModule = new HashMap<>();

		Gauges(WasmSandboxes sandboxes, MeterRegistry registry) {
			this.sandboxes = sandboxes;
			this.registry = registry;
		}

		synchronized void reconcile(String module) {
			if (this.sandboxes.find(module).isPresent()) {
				this.byModule.computeIfAbsent(module, this::register);
			}
			else {
				List<Meter> gone = this.byModule.remove(module);
				if (gone != null) {
					gone.forEach(this.registry::remove);
				}
			}
		}

		private List<Meter> register(String module) {
			return List.of(instances(module, "leased", PoolStatistics::leased),
					instances(module, "idle", PoolStatistics::idle),
					gauge("wasm.pool.pending", module, PoolStatistics::pending)
						.description("Callers that wait for a sandbox")
						.register(this.registry));
		}

		private Meter instances(String module, String state, ToIntFunction<PoolStatistics> value) {
			return gauge("wasm.pool.instances", module, value).tag("state", state)
				.description("Sandboxes by state")
				.register(this.registry);
		}

		/**
		 * By name, so that a module that was loaded again is the one that is measured.
		 */
		private Gauge.Builder<WasmSandboxes> gauge(String name, String module, ToIntFunction<PoolStatistics> value) {
			return Gauge
				.builder(name, this.sandboxes,
						(registered) -> registered.find(module)
							.map(WasmSandbox::statistics)
							.map((statistics) -> (double) value.applyAsInt(statistics.pool()))
							.orElse(Double.NaN))
				.tag("module", module);
		}

	}

}
