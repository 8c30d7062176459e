package dev.wasmsandbox.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.SandboxStatistics;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.actuate.MemoryDescriptors.MemoryUseDescriptor;
import dev.wasmsandbox.actuate.PerformanceDescriptors.ModulePerformanceDescriptor;
import dev.wasmsandbox.compile.CodeTier;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.PoolStatistics;
import dev.wasmsandbox.screen.ExternalKind;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.MemoryType;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleImport;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The parts of the {@link WasmEndpoint}'s answers. Sizes are in bytes unless they are
 * called pages (of 64 KiB), times in milliseconds, each as its name says. Counts begin
 * when a module is loaded.
 */
public final class ModuleDescriptors {

	private ModuleDescriptors() {
	}

	private static double millis(Duration duration) {
		return duration.toNanos() / 1e6;
	}

	private static String name(ExternalKind kind) {
		return kind.name().toLowerCase(Locale.ROOT);
	}

	private static @Nullable String text(@Nullable FunctionSignature signature) {
		return (signature != null) ? signature.toString() : null;
	}

	/**
	 * A module in short.
	 *
	 * @param name its name
	 * @param source where it was loaded from, as configured
	 * @param digest the SHA-256 of its binary in hexadecimal digits
	 * @param sizeBytes the size of its binary
	 * @param codeBytes the size of the classes generated from it
	 * @param memory its linear memory; absent if it has none
	 * @param tier how its code runs
	 * @param compileMillis how long compiling took
	 * @param calls its calls so far
	 * @param pool its pool at this moment
	 * @param memoryUse what its sandboxes take in memory, measured for this answer
	 * @param loadedAt since when this version is in service
	 * @param reloads how often it was replaced by another version
	 * @param abi the convention by which it is passed what is no number
	 */
	public record ModuleDescriptor(String name, String source, String digest, long sizeBytes, long codeBytes,
			@Nullable MemoryDescriptor memory, CodeTier tier, double compileMillis, CallsDescriptor calls,
			PoolDescriptor pool, MemoryUseDescriptor memoryUse, Instant loadedAt, int reloads, String abi) {

		static ModuleDescriptor of(WasmSandbox sandbox) {
			ModuleInfo info = sandbox.info();
			SandboxStatistics statistics = sandbox.statistics();
			return new ModuleDescriptor(info.name(), info.source(), info.digest(), info.report().size(),
					info.codeBytes(), MemoryDescriptor.of(info), info.tier(), millis(info.compileTime()),
					CallsDescriptor.of(statistics), PoolDescriptor.of(statistics.pool()),
					MemoryUseDescriptor.of(sandbox.pool().memory()), info.loadedAt(), info.reloads(), info.abi());
		}

	}

	/**
	 * A module in detail: what {@link ModuleDescriptor} says, its interface and limits.
	 *
	 * @param name its name
	 * @param source where it was loaded from, as configured
	 * @param digest the SHA-256 of its binary in hexadecimal digits
	 * @param sizeBytes the size of its binary
	 * @param codeBytes the size of the classes generated from it
	 * @param memory its linear memory; absent if it has none
	 * @param tier how its code runs
	 * @param compileMillis how long compiling took
	 * @param calls its calls so far
	 * @param pool its pool at this moment
	 * @param memoryUse what its sandboxes take in memory, measured for this answer
	 * @param loadedAt since when this version is in service
	 * @param reloads how often it was replaced by another version
	 * @param exports what it exports, in its order
	 * @param imports what it imports, in its order
	 * @param limits what it may use
	 * @param binary what its binary holds and may hold
	 * @param grants what it is granted
	 * @param abi the convention by which it is passed what is no number
	 * @param performance how it did in the last window; absent if that is not measured
	 */
	public record ModuleDetailsDescriptor(String name, String source, String digest, long sizeBytes, long codeBytes,
			@Nullable MemoryDescriptor memory, CodeTier tier, double compileMillis, CallsDescriptor calls,
			PoolDescriptor pool, MemoryUseDescriptor memoryUse, Instant loadedAt, int reloads,
			List<ExportDescriptor> exports, List<ImportDescriptor> imports, LimitsDescriptor limits,
			BinaryDescriptor binary, GrantsDescriptor grants, String abi,
			@Nullable ModulePerformanceDescriptor performance) implements OperationResponseBody {

		static ModuleDetailsDescriptor of(WasmSandbox sandbox, @Nullable ModulePerformanceDescriptor performance) {
			ModuleDescriptor module = ModuleDescriptor.of(sandbox);
			ModuleInfo info = sandbox.info();
			return new ModuleDetailsDescriptor(module.name(), module.source(), module.digest(), module.sizeBytes(),
					module.codeBytes(), module.memory(), module.tier(), module.compileMillis(), module.calls(),
					module.pool(), module.memoryUse(), module.loadedAt(), module.reloads(),
					info.report().exports().stream().map(ExportDescriptor::of).toList(),
					info.report().imports().stream().map(ImportDescriptor::of).toList(), LimitsDescriptor.of(info),
					BinaryDescriptor.of(info), GrantsDescriptor.of(info), module.abi(), performance);
		}

	}

	/**
	 * A module's linear memory.
	 *
	 * @param initialPages the size it starts with
	 * @param maximumPages the largest size it declares; 65,536 if it declares none
	 * @param limitPages the largest size it is allowed
	 */
	public record MemoryDescriptor(long initialPages, long maximumPages, long limitPages) {

		static @Nullable MemoryDescriptor of(ModuleInfo info) {
			MemoryType memory = info.report().memory();
			return (memory != null)
					? new MemoryDescriptor(memory.initialPages(), memory.maximumPages(), info.limits().memoryPages())
					: null;
		}

	}

	/**
	 * A module's calls so far.
	 *
	 * @param total all calls
	 * @param errors those that did not succeed
	 * @param byOutcome how many ended in which way, zero included
	 */
	public record CallsDescriptor(long total, long errors, Map<Outcome, Long> byOutcome) {

		static CallsDescriptor of(SandboxStatistics statistics) {
			Map<Outcome, Long> byOutcome = new TreeMap<>();
			for (Outcome outcome : Outcome.values()) {
				byOutcome.put(outcome, statistics.calls().getOrDefault(outcome, 0L));
			}
			long total = statistics.total();
			return new CallsDescriptor(total, total - statistics.calls().getOrDefault(Outcome.SUCCESS, 0L), byOutcome);
		}

	}

	/**
	 * A module's pool at this moment.
	 *
	 * @param leased sandboxes in use
	 * @param idle sandboxes that are clean and ready
	 * @param pending callers that wait for a sandbox
	 * @param maxSize the most that may be in use
	 * @param created sandboxes made so far
	 * @param discarded sandboxes given up so far
	 * @param leaksSuspected sessions reported as open for too long so far
	 * @param resetStrategy how memory is reset after a call at this moment
	 * @param resets how often it was reset in which way so far, zero included
	 * @param writtenBytesPerReset what a call wrote on average, in whole pages of the
	 * system; absent where the way of resetting does not know it
	 */
	public record PoolDescriptor(int leased, int idle, int pending, int maxSize, long created, long discarded,
			long leaksSuspected, ResetStrategy resetStrategy, Map<ResetStrategy, Long> resets,
			@Nullable Long writtenBytesPerReset) {

		static PoolDescriptor of(PoolStatistics pool) {
			PoolStatistics.Resets resets = pool.resets();
			boolean known = resets.count(ResetStrategy.WRITTEN_PAGES) > 0;
			return new PoolDescriptor(pool.leased(), pool.idle(), pool.pending(), pool.maxSize(), pool.created(),
					pool.discarded(), pool.leaksSuspected(), resets.strategy(), new TreeMap<>(resets.byStrategy()),
					known ? resets.writtenBytesPerReset() : null);
		}

	}

	/**
	 * An export.
	 *
	 * @param name its name
	 * @param kind function, table, memory, global or tag
	 * @param signature the signature of a function, such as {@code (i32, i32) -> i32};
	 * absent for everything else
	 */
	public record ExportDescriptor(String name, String kind, @Nullable String signature) {

		static ExportDescriptor of(ModuleExport export) {
			return new ExportDescriptor(export.name(), ModuleDescriptors.name(export.kind()), text(export.signature()));
		}

	}

	/**
	 * An import.
	 *
	 * @param module the name of the module it is imported from
	 * @param name its name there
	 * @param kind function, table, memory, global or tag
	 * @param signature the signature of a function; absent for everything else
	 */
	public record ImportDescriptor(String module, String name, String kind, @Nullable String signature) {

		static ImportDescriptor of(ModuleImport item) {
			return new ImportDescriptor(item.module(), item.name(), ModuleDescriptors.name(item.kind()),
					text(item.signature()));
		}

	}

	/**
	 * What a module may use.
	 *
	 * @param memoryBytes the largest linear memory of one sandbox
	 * @param callTimeoutMillis how long one call may run
	 * @param moduleBytes the largest binary that is accepted
	 * @param fuel the most units of work of one call, 0 for no limit
	 * @param resultBytes the longest text, bytes or array that a call may return
	 * @param poolMaxSize the most sandboxes in use at the same time
	 * @param poolMaxWaitMillis how long a caller waits for a sandbox
	 * @param poolMinIdle idle sandboxes that are kept ready
	 * @param poolKeepAliveMillis how long further idle sandboxes are kept
	 * @param poolLeakDetectionThresholdMillis how long a session may be open before it is
	 * reported; 0 reports none
	 */
	public record LimitsDescriptor(long memoryBytes, double callTimeoutMillis, long moduleBytes, long fuel,
			long resultBytes, int poolMaxSize, double poolMaxWaitMillis, int poolMinIdle, double poolKeepAliveMillis,
			double poolLeakDetectionThresholdMillis) {

		static LimitsDescriptor of(ModuleInfo info) {
			SandboxLimits limits = info.limits();
			return new LimitsDescriptor(limits.memoryBytes(), millis(limits.callTimeout()), limits.moduleBytes(),
					limits.fuel(), limits.resultBytes(), info.pool().maxSize(), millis(info.pool().maxWait()),
					info.pool().minIdle(), millis(info.pool().keepAlive()),
					millis(info.pool().leakDetectionThreshold()));
		}

	}

	/**
	 * The module cache, since it was made.
	 *
	 * @param modules compiled modules it holds
	 * @param maxModules the most it holds
	 * @param weightBytes binaries and generated classes it holds
	 * @param maxWeightBytes the most of these it holds
	 * @param hits look-ups that found the module
	 * @param misses look-ups that had to compile it
	 * @param hitRate hits by look-ups, from 0 to 1; 1 before the first look-up
	 * @param loads modules compiled
	 * @param loadFailures modules that could not be compiled
	 * @param evictions modules dropped to keep to the bounds
	 * @param averageLoadMillis the mean time of compiling, failures included
	 */
	public record CacheDescriptor(long modules, int maxModules, long weightBytes, long maxWeightBytes, long hits,
			long misses, double hitRate, long loads, long loadFailures, long evictions, double averageLoadMillis) {

		static CacheDescriptor of(ModuleCache cache) {
			CacheStats stats = cache.statistics();
			return new CacheDescriptor(cache.size(), cache.settings().maxModules(), cache.weight(),
					cache.settings().maxWeight(), stats.hitCount(), stats.missCount(), stats.hitRate(),
					stats.loadSuccessCount(), stats.loadFailureCount(), stats.evictionCount(),
					stats.averageLoadPenalty() / 1e6);
		}

	}

}
