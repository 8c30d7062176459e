package dev.wasmsandbox.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

import dev.wasmsandbox.WasmSandboxes;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of what the host does to guests' memory: the counters
 * {@code wasm.memory.allocations}, {@code wasm.data.transferred} with the tag
 * {@code direction}, and {@code wasm.data.mapped}, and the timer
 * {@code wasm.memory.allocation} of those blocks that were timed; each with the tag
 * {@code module}. They come and go with the modules. Thread-safe.
 */
public final class WasmDataMetrics implements MeterBinder {

	private final PerformanceMetrics metrics;

	private final WasmSandboxes sandboxes;

	/**
	 * Creates the binder.
	 * @param metrics measure the modules of the registry
	 */
	public WasmDataMetrics(PerformanceMetrics metrics, WasmSandboxes sandboxes) {
		this.metrics = metrics;
		this.sandboxes = sandboxes;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		MetersByModule.bind(this.sandboxes, registry, (module) -> register(registry, module));
	}

	private List<Meter> register(MeterRegistry registry, String module) {
		List<Meter> meters = new ArrayList<>();
		meters.add(counter("wasm.memory.allocations", module, WorkCounts::blocks)
			.description("Blocks that the host allocated in guests")
			.register(registry));
		meters.add(FunctionTimer
			.builder("wasm.memory.allocation", this.metrics, (all) -> all.work(module).blocksTimed(),
					(all) -> all.work(module).blockNanos(), TimeUnit.NANOSECONDS)
			.tag("module", module)
			.description("Allocations in guests that were timed, about one of 127")
			.register(registry));
		meters.add(transferred(registry, module, "in", WorkCounts::bytesIn));
		meters.add(transferred(registry, module, "out", WorkCounts::bytesOut));
		meters.add(counter("wasm.data.mapped", module, WorkCounts::bytesMapped).baseUnit("bytes")
			.description("Bytes mapped into guests instead of being copied")
			.register(registry));
		return meters;
	}

	private Meter transferred(MeterRegistry registry, String module, String direction,
			ToLongFunction<WorkCounts> value) {
		return counter("wasm.data.transferred", module, value).tag("direction", direction)
			.baseUnit("bytes")
			.description("Bytes copied to guests and from them")
			.register(registry);
	}

	/**
	 * By name, so that a module that was loaded again is the one that is measured.
	 */
	private FunctionCounter.Builder<PerformanceMetrics> counter(String name, String module,
			ToLongFunction<WorkCounts> value) {
		return FunctionCounter.builder(name, this.metrics, (all) -> (double) value.applyAsLong(all.work(module)))
			.tag("module", module);
	}

}
