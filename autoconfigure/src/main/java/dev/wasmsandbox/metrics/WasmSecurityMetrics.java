package dev.wasmsandbox.metrics;

import dev.wasmsandbox.WasmSandboxes;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The counter {@code wasm.security.violations}: what was refused to modules because it
 * was not granted to them. Thread-safe.
 */
public final class WasmSecurityMetrics implements MeterBinder {

	private final WasmSandboxes sandboxes;

	/**
	 * Creates the binder.
	 * @param sandboxes whose refusals it counts
	 */
	public WasmSecurityMetrics(WasmSandboxes sandboxes) {
		this.sandboxes = sandboxes;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		FunctionCounter.builder("wasm.security.violations", this.sandboxes, WasmSandboxes::securityViolations)
			.description("Refusals of what was not granted to a module")
			.register(registry);
	}

}
