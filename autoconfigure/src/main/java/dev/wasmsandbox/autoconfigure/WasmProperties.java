package dev.wasmsandbox.autoconfigure;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.limits.SnapshotPoint;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties below {@code wasm}. Immutable. An unknown property there fails the start
 * of the application, so that no misspelt limit is silently not enforced.
 *
 * @param modules Modules to load at start by name; each becomes a bean of that name.
 * @param defaults What applies to every module that does not say otherwise.
 * @param cache Bounds of the cache of compiled modules.
 * @param async Bounds of asynchronous calls, over all modules.
 */
@ConfigurationProperties(prefix = "wasm", ignoreUnknownFields = false)
public record WasmProperties(@DefaultValue Map<String, ModuleProperties> modules, @DefaultValue Defaults defaults,
		@DefaultValue Cache cache, @DefaultValue Async async) {

	public WasmProperties {
		modules = Map.copyOf(modules);
	}

	/**
	 * One module.
	 *
	 * @param location Where the module's binary is, as a Spring resource location such as
	 * 'classpath:wasm/image.wasm' or 'file:/opt/wasm/image.wasm'. Required.
	 * @param limits What the module may use, where it differs from the defaults.
	 * @param pool Bounds of the module's pool, where they differ from the defaults.
	 * @param snapshot When the state is taken that every sandbox of the module starts
	 * with: 'none', 'after-start' or 'after-warm-up'.
	 * @param warmUp Calls to make before the snapshot, for 'after-warm-up'.
	 * @param capabilities What the module is granted of what host functions require.
	 * @param wasi What WASI preview 1 grants the module.
	 */
	public record ModuleProperties(@Nullable String location, @DefaultValue Limits limits, @DefaultValue Pool pool,
			@DefaultValue("none") SnapshotPoint snapshot, @DefaultValue List<WarmUp> warmUp,
			@DefaultValue List<String> capabilities, @DefaultValue WasiProperties wasi) {
	}

	/**
	 * A call to make before a module's snapshot.
	 *
	 * @param function Name of the exported function. Required.
	 * @param arguments Its arguments, numbers.
	 * @param times How often it is called.
	 */
	public record WarmUp(@Nullable String function, @DefaultValue List<BigDecimal> arguments,
			@DefaultValue("1") int times) {
	}

	/**
	 * What applies to every module that does not say otherwise.
	 *
	 * @param limits What a module may use.
	 * @param pool Bounds of a module's pool.
	 */
	public record Defaults(@DefaultValue Limits limits, @DefaultValue Pool pool) {
	}

	/**
	 * What a module may use; a value that is not set is the default.
	 *
	 * @param memory Largest linear memory one sandbox may have, at most 2 GB less 64 KB.
	 * Rounded down to WebAssembly pages of 64 KB.
	 * @param callTimeout Longest time one call may run. Waiting for a sandbox does not
	 * count, see 'pool.max-wait'.
	 * @param moduleSize Largest binary that is loaded.
	 */
	public record Limits(@Nullable DataSize memory, @Nullable Duration callTimeout, @Nullable DataSize moduleSize) {
	}

	/**
	 * Bounds of a module's pool; a value that is not set is the default.
	 *
	 * @param maxSize Most sandboxes of the module that are in use at the same time; a
	 * further caller waits.
	 * @param maxWait Longest time a caller waits for a sandbox before it is refused. Zero
	 * refuses at once.
	 * @param minIdle Idle sandboxes that are kept ready, made at start and filled up
	 * again. At most 'pool.max-size'.
	 * @param keepAlive Longest time an idle sandbox beyond 'pool.min-idle' is kept when
	 * it is not used. After a quarter of it, idle sandboxes give their memory pages back.
	 * @param leakDetectionThreshold Longest time a session may be open before it is
	 * reported in the log as a suspected leak. Zero reports none.
	 */
	public record Pool(@Nullable Integer maxSize, @Nullable Duration maxWait, @Nullable Integer minIdle,
			@Nullable Duration keepAlive, @Nullable Duration leakDetectionThreshold) {
	}

	/**
	 * Bounds of the cache of compiled modules.
	 *
	 * @param maxModules Most modules the cache holds.
	 * @param maxWeight Most bytes the cache holds, binaries and generated classes
	 * together.
	 */
	public record Cache(@DefaultValue("100") int maxModules, @DefaultValue("256MB") DataSize maxWeight) {
	}

	/**
	 * Bounds of asynchronous calls, over all modules.
	 *
	 * @param threads Asynchronous calls that run at the same time. As many as processors
	 * if not set.
	 * @param queueCapacity Asynchronous calls that may wait for a thread; a further one
	 * is refused.
	 */
	public record Async(@Nullable Integer threads, @DefaultValue("10000") int queueCapacity) {
	}

}
