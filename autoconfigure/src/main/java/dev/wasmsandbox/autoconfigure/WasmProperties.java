package dev.wasmsandbox.autoconfigure;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.wasmsandbox.limits.LimitProfile;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.limits.TrustLevel;
import dev.wasmsandbox.limits.WasmFeature;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.tuning.TunerMode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;

/**
 * The properties below {@code wasm}. Immutable. An unknown property there fails the start
 * of the application, so that no misspelt limit is silently not enforced.
 *
 * @param modules Modules to load at start by name; each becomes a bean of that name.
 * @param defaults What applies to every module that does not say otherwise.
 * @param cache Bounds of the cache of compiled modules.
 * @param async Bounds of asynchronous calls, over all modules.
 * @param limits What all modules may use together.
 * @param compile Bounds of compiling, over all modules.
 * @param tenants What tenants may use, over all modules.
 * @param virtualThreads Bounds of calls on virtual threads, over all modules.
 * @param metrics How the work of modules is measured.
 * @param targets What the performance of all modules is held against.
 * @param observations Whether calls are observed, for traces.
 * @param tuner What may be tuned while the application runs, and how.
 */
@ConfigurationProperties(prefix = "wasm", ignoreUnknownFields = false)
public record WasmProperties(@DefaultValue Map<String, ModuleProperties> modules, @DefaultValue Defaults defaults,
		@DefaultValue Cache cache, @DefaultValue Async async, @DefaultValue TotalLimits limits,
		@DefaultValue Compile compile, @DefaultValue Tenants tenants, @DefaultValue VirtualThreads virtualThreads,
		@DefaultValue Metrics metrics, @DefaultValue Targets targets, @DefaultValue Observations observations,
		@DefaultValue Tuner tuner) {

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
	 * @param globals What imported globals begin with in each sandbox: numbers by
	 * '[module.name]', such as '[env.__stack_pointer]'. Those not named begin with zero.
	 * @param trust How far the module's author is trusted, 'untrusted' or 'trusted'.
	 * Limits of a trusted module can be set higher.
	 * @param profile Named set of limits to begin with, 'lightweight', 'standard' or
	 * 'high-performance'. The defaults if not set.
	 * @param features Extensions of WebAssembly the module may use, such as
	 * 'bulk-memory'. All that the engine runs if not set.
	 * @param capabilities What the module is granted of what host functions require.
	 * @param wasi What WASI preview 1 grants the module.
	 * @param watch Whether the module is reloaded when its file changes, for development.
	 * @param codec Codec for values of types that no convention knows, such as records:
	 * the name of a built-in one, 'json' or 'msgpack', or of a bean.
	 * @param abi Convention by which text, bytes and arrays are passed to the module. The
	 * one it is recognised by if 'auto'.
	 * @param extism What the module is given if it is an Extism plug-in.
	 */
	public record ModuleProperties(@Nullable String location, @DefaultValue Limits limits, @DefaultValue Pool pool,
			@DefaultValue("none") SnapshotPoint snapshot, @DefaultValue List<WarmUp> warmUp,
			@DefaultValue Map<String, BigDecimal> globals, @DefaultValue("untrusted") TrustLevel trust,
			@Nullable LimitProfile profile, @Nullable Set<WasmFeature> features,
			@DefaultValue List<String> capabilities, @DefaultValue WasiProperties wasi,
			@DefaultValue("false") boolean watch, @DefaultValue("auto") String abi, @DefaultValue Extism extism,
			@Nullable String codec) {
	}

	/**
	 * What an Extism plug-in is given besides its input.
	 *
	 * @param config Configuration that the plug-in reads, by key. A key with other signs
	 * than letters, digits and dashes goes in brackets.
	 */
	public record Extism(@DefaultValue Map<String, String> config) {
	}

	/**
	 * A call to make before a module's snapshot.
	 *
	 * @param function Name of the exported function. Required.
	 * @param arguments Its arguments: numbers, or 'inf', '-inf' and 'nan'.
	 * @param times How often it is called.
	 */
	public record WarmUp(@Nullable String function, @DefaultValue List<String> arguments,
			@DefaultValue("1") int times) {
	}

	/**
	 * What applies to every module that does not say otherwise.
	 *
	 * @param limits What a module may use.
	 * @param pool Bounds of a module's pool.
	 * @param profile Named set of limits to begin with, 'lightweight', 'standard' or
	 * 'high-performance'.
	 */
	public record Defaults(@DefaultValue Limits limits, @DefaultValue Pool pool,
			@DefaultValue("standard") LimitProfile profile) {
	}

	/**
	 * What a module may use; a value that is not set is the default.
	 *
	 * @param memory Largest linear memory one sandbox may have, at most 2 GB less 64 KB.
	 * Rounded down to WebAssembly pages of 64 KB.
	 * @param callTimeout Longest time one call may run. Waiting for a sandbox does not
	 * count, see 'pool.max-wait'.
	 * @param moduleSize Largest binary that is loaded.
	 * @param module Most things a binary may hold, by kind, such as 'functions' or
	 * 'table-elements'.
	 * @param fuel Most units of work of one call, counted the same each time. Zero for no
	 * limit; counting slows guests down a little.
	 * @param resultSize Longest text, bytes or array that a call may return.
	 */
	public record Limits(@Nullable DataSize memory, @Nullable Duration callTimeout, @Nullable DataSize moduleSize,
			@DefaultValue Map<ModuleLimit, Long> module, @Nullable Long fuel, @Nullable DataSize resultSize) {
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
	 * @param minResident Idle sandboxes, those used last, that keep their memory pages
	 * however long they are idle.
	 */
	public record Pool(@Nullable Integer maxSize, @Nullable Duration maxWait, @Nullable Integer minIdle,
			@Nullable Duration keepAlive, @Nullable Duration leakDetectionThreshold, @Nullable Integer minResident) {
	}

	/**
	 * What all modules may use together.
	 *
	 * @param totalMemory Most memory that all sandboxes hold together: images, what
	 * running sandboxes grew by, and what idle ones keep. No limit if not set.
	 */
	public record TotalLimits(@Nullable DataSize totalMemory) {
	}

	/**
	 * What tenants may use, over all modules. Calls in no tenant's name have no quota.
	 *
	 * @param maxKnown Tenants that may have calls, or time to pay off, at the same time;
	 * a further one is refused.
	 * @param defaults What each tenant may use that is not named.
	 * @param byName What single tenants may use, where it differs from the defaults.
	 */
	public record Tenants(@DefaultValue("10000") int maxKnown, @Name("default") @DefaultValue Quota defaults,
			@DefaultValue Map<String, Quota> byName) {
	}

	/**
	 * What one tenant may use; no limit where nothing is set.
	 *
	 * @param maxConcurrentCalls Most calls and open sessions at the same time. No limit
	 * if not set.
	 * @param memory Most memory that its sandboxes have in bounds together. No limit if
	 * not set.
	 * @param cpuTimePerSecond Longest time its guests may run in each second, those side
	 * by side added up. No limit if not set.
	 */
	public record Quota(@Nullable Integer maxConcurrentCalls, @Nullable DataSize memory,
			@Nullable Duration cpuTimePerSecond) {
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

	/**
	 * Bounds of calls on virtual threads, over all modules.
	 *
	 * @param permits Guests that run on virtual threads at the same time; each keeps a
	 * carrier thread, and further callers wait within pool.max-wait. 0 for no limit. One
	 * less than there are carrier threads if not set, but at least one.
	 */
	public record VirtualThreads(@Nullable Integer permits) {
	}

	/**
	 * How the work of modules is measured.
	 *
	 * @param enabled Whether calls are timed and counted by function. If not, there are
	 * no summary, recommendations and anomalies.
	 * @param window What summaries and recommendations look back on, from 10 seconds to
	 * one day.
	 */
	public record Metrics(@DefaultValue("true") boolean enabled, @DefaultValue("1m") Duration window) {
	}

	/**
	 * Whether calls are observed, for traces.
	 *
	 * @param enabled Whether each call in a clean sandbox and each session is a
	 * Micrometer observation. It needs an ObservationRegistry, such as Spring Boot's
	 * Actuator brings.
	 */
	public record Observations(@DefaultValue("false") boolean enabled) {
	}

	/**
	 * What performance is held against.
	 *
	 * @param call Mean time of a call in a clean sandbox, at most.
	 * @param cacheHitRate Look-ups that the module cache answers, at least, from 0 to 1.
	 * @param errorRate Calls that do not succeed, at most, from 0 to 1.
	 * @param guestMemory Memory that images and sandboxes take, at most.
	 * @param coldStart Mean time to make a sandbox, at most.
	 * @param allocation Mean time to allocate a block in a guest, at most.
	 */
	public record Targets(@DefaultValue("1ms") Duration call, @DefaultValue("0.8") double cacheHitRate,
			@DefaultValue("0.01") double errorRate, @DefaultValue("8GB") DataSize guestMemory,
			@DefaultValue("1ms") Duration coldStart, @DefaultValue("10us") Duration allocation) {
	}

	/**
	 * What may be tuned while the application runs, and how. Gains and losses are parts
	 * of the score, 0.1 is a tenth.
	 *
	 * @param mode What the tuner may do: 'off' for nothing, 'advise' for saying what it
	 * would try, 'active' for trying it and keeping what is proved to be faster.
	 * @param interval How long values settle before the next window of observation.
	 * @param observation How long a window of observation is.
	 * @param minImprovement Expected gain above which a change is tried.
	 * @param minConfidence How likely a gain must be for a change to be tried, from 0.5
	 * to below 1.
	 * @param maxRisk Highest risk of parameters that are changed, 'low' or 'medium'.
	 * @param regression Loss at which a change is put back.
	 * @param error How likely it may be that any change of all is kept without a gain.
	 * @param minOperations Windows with fewer calls are ignored.
	 * @param maxWindows Windows that a trial may take, at most.
	 * @param coolDown Windows in which nothing is tried after a trial.
	 * @param calibration Pairs of windows that measure the noise before anything is
	 * tried.
	 * @param memory Windows in which a change that failed is not tried again.
	 * @param explorations Trials that a parameter may have without a promise.
	 * @param reach How far one change may go, a part of the range.
	 * @param history Trials that are kept, from 8 to 256.
	 * @param pinned Parameters that keep their values, such as 'image/pool.max-size', or
	 * 'pool.max-size' for all modules.
	 * @param stateFile File in which proven values, and what was learnt, are kept over
	 * restarts. Nothing is kept if not set.
	 */
	public record Tuner(@DefaultValue("advise") TunerMode mode, @DefaultValue("30s") Duration interval,
			@DefaultValue("60s") Duration observation, @DefaultValue("0.05") double minImprovement,
			@DefaultValue("0.8") double minConfidence, @DefaultValue("medium") Tunable.Risk maxRisk,
			@DefaultValue("0.02") double regression, @DefaultValue("0.01") double error,
			@DefaultValue("100") long minOperations, @DefaultValue("5760") int maxWindows,
			@DefaultValue("4") int coolDown, @DefaultValue("8") int calibration, @DefaultValue("10080") int memory,
			@DefaultValue("4") int explorations, @DefaultValue("0.25") double reach, @DefaultValue("64") int history,
			@DefaultValue Set<String> pinned, @Nullable Path stateFile) {
	}

	/**
	 * Bounds of compiling, over all modules.
	 *
	 * @param threads Modules compiled at the same time. Half as many as processors if not
	 * set.
	 * @param queueCapacity Modules that may wait to be compiled; a further one is
	 * refused.
	 * @param timeout Longest time that loading a module waits for its code. Compiling
	 * goes on after it, and what comes of it is kept.
	 * @param maxBytesInFlight Most bytes of modules, data not counted, compiled at the
	 * same time; a larger module is refused. A 64th of the largest heap if not set.
	 */
	public record Compile(@Nullable Integer threads, @DefaultValue("100") int queueCapacity,
			@DefaultValue("30s") Duration timeout, @Nullable DataSize maxBytesInFlight) {
	}

}
