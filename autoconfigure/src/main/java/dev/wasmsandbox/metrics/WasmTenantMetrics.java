package dev.wasmsandbox.metrics;

import java.util.List;
import java.util.function.ToDoubleFunction;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.pool.TenantStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of all tenants together: the gauges {@code wasm.tenants.known} and
 * {@code wasm.tenants.calls}, with the tag {@code state}, and the counter
 * {@code wasm.tenants.refused}. None has a tag with a tenant's name, since callers choose
 * those. Thread-safe.
 */
public final class WasmTenantMetrics implements MeterBinder {

	private final WasmSandboxes sandboxes;

	/**
	 * Creates the binder.
	 * @param sandboxes whose tenants it watches
	 */
	public WasmTenantMetrics(WasmSandboxes sandboxes) {
		this.sandboxes = sandboxes;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder("wasm.tenants.known", this.sandboxes, (registered) -> registered.tenants().known())
			.description("Tenants that have calls, or had some lately")
			.register(registry);
		calls(registry, "running", (all) -> all.stream().mapToInt(TenantStatistics::running).sum());
		calls(registry, "waiting", (all) -> all.stream().mapToInt(TenantStatistics::waiting).sum());
		FunctionCounter.builder("wasm.tenants.refused", this.sandboxes, (registered) -> registered.tenants().refused())
			.description("Calls refused because of a tenant's quota")
			.register(registry);
	}

	private void calls(MeterRegistry registry, String state, ToDoubleFunction<List<TenantStatistics>> sum) {
		Gauge
			.builder("wasm.tenants.calls", this.sandboxes,
					(registered) -> sum.applyAsDouble(registered.tenants().statistics()))
			.tag("state", state)
			.description("Calls and sessions in the name of tenants")
			.register(registry);
	}

}
