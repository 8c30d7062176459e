package dev.wasmsandbox.metrics;

import dev.wasmsandbox.WasmSandboxes;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The gauge {@code wasm.virtual-threads.calls}, with the tag {@code state}: virtual
 * threads that run guests, and those that wait for their turn. Thread-safe.
 */
public final class WasmVirtualThreadMetrics implements MeterBinder {

	private final WasmSandboxes sandboxes;

	/**
	 * Creates the binder.
	 * @param sandboxes whose calls it watches
	 */
	public WasmVirtualThreadMetrics(WasmSandboxes sandboxes) {
		this.sandboxes = sandboxes;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge
			.builder("wasm.virtual-threads.calls", this.sandboxes,
					(registered) -> registered.virtualThreadTurns().running())
			.tag("state", "running")
			.description("Guests on virtual threads")
			.register(registry);
		Gauge
			.builder("wasm.virtual-threads.calls", this.sandboxes,
					(registered) -> registered.virtualThreadTurns().waiting())
			.tag("state", "waiting")
			.description("Guests on virtual threads")
			.register(registry);
	}

}
