package dev.wasmsandbox.metrics;

import dev.wasmsandbox.WasmSandboxes;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of compiling, over all modules: the gauges {@code wasm.compile.pending} and
 * {@code wasm.compile.in-flight}. Thread-safe.
 */
public final class WasmCompileMetrics implements MeterBinder {

	private final WasmSandboxes sandboxes;

	/**
	 * Creates the binder.
	 * @param sandboxes whose cache it watches
	 */
	public WasmCompileMetrics(WasmSandboxes sandboxes) {
		this.sandboxes = sandboxes;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder("wasm.compile.pending", this.sandboxes, (registered) -> registered.cache().compilesPending())
			.description("Modules that wait to be compiled")
			.register(registry);
		Gauge.builder("wasm.compile.in-flight", this.sandboxes, (registered) -> registered.cache().bytesCompiling())
			.baseUnit("bytes")
			.description("Bytes of modules, data not counted, that are compiled at this moment")
			.register(registry);
	}

}
