package dev.wasmsandbox.metrics;

import java.util.ArrayList;
import java.util.List;
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
		MetersByModule.bind(this.sandboxes, registry, (module) -> register(registry, module));
	}

	private List<Meter> register(MeterRegistry registry, String module) {
		List<Meter> meters = new ArrayList<>();
		meters.add(instances(registry, module, "leased", PoolStatistics::leased));
		meters.add(instances(registry, module, "idle", PoolStatistics::idle));
		meters.add(gauge("wasm.pool.pending", module, PoolStatistics::pending)
			.description("Callers that wait for a sandbox")
			.register(registry));
		meters.add(resident(registry, module, "image", MemoryUse::image));
		meters.add(resident(registry, module, "idle", MemoryUse::residentIdle));
		meters.add(resident(registry, module, "leased", MemoryUse::residentLeased));
		for (ResetStrategy strategy : ResetStrategy.values()) {
			meters.add(resets(registry, module, strategy));
		}
		return meters;
	}

	/** Measures when it is read, each on its own: meters may be filtered. */
	private Meter resident(MeterRegistry registry, String module, String state, ToLongFunction<MemoryUse> value) {
		return Gauge
			.builder("wasm.memory.resident", this.sandboxes,
					(registered) -> registered.find(module)
						.map((sandbox) -> (double) value.applyAsLong(sandbox.pool().memory()))
						.orElse(Double.NaN))
			.tag("module", module)
			.tag("state", state)
			.baseUnit("bytes")
			.description("Memory that images and sandboxes take")
			.register(registry);
	}

	private Meter resets(MeterRegistry registry, String module, ResetStrategy strategy) {
		return FunctionCounter
			.builder("wasm.pool.resets", this.sandboxes,
					(registered) -> registered.find(module)
						.map((sandbox) -> (double) sandbox.pool().statistics().resets().count(strategy))
						.orElse(0.0))
			.tag("module", module)
			.tag("strategy", strategy.name())
			.description("Resets of sandbox memory between leases")
			.register(registry);
	}

	private Meter instances(MeterRegistry registry, String module, String state, ToIntFunction<PoolStatistics> value) {
		return gauge("wasm.pool.instances", module, value).tag("state", state)
			.description("Sandboxes by state")
			.register(registry);
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
