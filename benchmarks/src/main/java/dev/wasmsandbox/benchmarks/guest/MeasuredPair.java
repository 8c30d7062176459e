package dev.wasmsandbox.benchmarks.guest;

import java.time.Duration;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.metrics.MetricsSettings;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.WorkObserver;

/**
 * A module loaded twice with the same compiled code: once measured, as an application has
 * it by default, and once with metrics turned off.
 */
public final class MeasuredPair implements AutoCloseable {

	private final ModuleCache cache = new ModuleCache();

	private final PerformanceMetrics metrics = new PerformanceMetrics(MetricsSettings.defaults());

	private final WasmSandboxes measured;

	private final WasmSandboxes silent;

	/** Loads a module with pools of at most as many sandboxes each. */
	public MeasuredPair(byte[] bytes, int poolSize) {
		this.measured = load(this.metrics, bytes, poolSize);
		this.silent = load(WorkObserver.NONE, bytes, poolSize);
	}

	private WasmSandboxes load(WorkObserver observer, byte[] bytes, int poolSize) {
		WasmSandboxes registry = WasmSandboxes.builder().moduleCache(this.cache).workObserver(observer).build();
		registry.load(ModuleDefinition.named("benchmark")
			.source(ModuleSource.of(bytes))
			.pool(new PoolSettings(poolSize, Duration.ofSeconds(10)))
			.build());
		return registry;
	}

	/** The module whose work is measured. */
	public WasmSandbox measured() {
		return this.measured.find("benchmark").orElseThrow();
	}

	/** The module that nobody watches. */
	public WasmSandbox silent() {
		return this.silent.find("benchmark").orElseThrow();
	}

	/**
	 * How many calls were measured, those in clean sandboxes and those of sessions that
	 * are closed.
	 */
	public long callsMeasured() {
		return this.metrics.counts("benchmark").values().stream().mapToLong((each) -> each.all().total()).sum();
	}

	@Override
	public void close() {
		this.measured.close();
		this.silent.close();
		this.cache.close();
	}

}
