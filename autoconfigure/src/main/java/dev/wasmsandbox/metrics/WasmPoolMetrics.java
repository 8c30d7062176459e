package dev.wasmsandbox.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.memory.MemoryUse;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.pool.PoolStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the modules' pools: the gauges {@code wasm.pool.instances}, with the tag
 * {@code state}, {@code wasm.pool.pending} and {@code wasm.memory.resident}, with the tag
 * {@code state}, and the counter {@code wasm.pool.resets}, with the tag {@code strategy};
 * each with the tag {@code module}. They come and go with the modules. Thread-safe.
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
		Meters meters = new Meters(this.sandboxes, registry);
		this.sandboxes.addListener(meters::reconcile);
		this.sandboxes.names().forEach(meters::reconcile);
	}

	/**
	 * The meters in one registry. Invariant: after the last reconciliation of a name it
	 * has meters if and only if a module of that name is loaded, in whatever order the
	 * changes of it are reported.
	 */
	private static final class Meters {

		private final WasmSandboxes sandboxes;

		private final MeterRegistry registry;

		private final Map<String, List<Meter>> byModule = new HashMap<>();

		Meters(WasmSandboxes sandboxes, MeterRegistry registry) {
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
			List<Meter> meters = new ArrayList<>();
			meters.add(instances(module, "leased", PoolStatistics::leased));
			meters.add(instances(module, "idle", PoolStatistics::idle));
			meters.add(gauge("wasm.pool.pending", module, PoolStatistics::pending)
				.description("Callers that wait for a sandbox")
				.register(this.registry));
			meters.add(resident(module, "image", MemoryUse::image));
			meters.add(resident(module, "idle", MemoryUse::residentIdle));
			meters.add(resident(module, "leased", MemoryUse::residentLeased));
			for (ResetStrategy strategy : ResetStrategy.values()) {
				meters.add(resets(module, strategy));
			}
			return meters;
		}

		/** Measures when it is read, each on its own: meters may be filtered. */
		private Meter resident(String module, String state, ToLongFunction<MemoryUse> value) {
			return Gauge
				.builder("wasm.memory.resident", this.sandboxes,
						(registered) -> registered.find(module)
							.map((sandbox) -> (double) value.applyAsLong(sandbox.pool().memory()))
							.orElse(Double.NaN))
				.tag("module", module)
				.tag("state", state)
				.baseUnit("bytes")
				.description("Memory that images and sandboxes take")
				.register(this.registry);
		}

		private Meter resets(String module, ResetStrategy strategy) {
			return FunctionCounter
				.builder("wasm.pool.resets", this.sandboxes,
						(registered) -> registered.find(module)
							.map((sandbox) -> (double) sandbox.pool().statistics().resets().count(strategy))
							.orElse(0.0))
				.tag("module", module)
				.tag("strategy", strategy.name())
				.description("Resets of sandbox memory between leases")
				.register(this.registry);
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
