package dev.wasmsandbox.module;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.wasmsandbox.compile.AotCompiler;
import dev.wasmsandbox.compile.CompileQueue;
import dev.wasmsandbox.compile.CompileSettings;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.screen.ModuleReport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps compiled modules by the SHA-256 of their bytes, so that the same bytes are
 * compiled once however often and under however many names they are loaded. Concurrent
 * askers for the same bytes share one compilation; a failed one is not kept.
 *
 * <p>
 * An evicted module stays usable for whoever holds it, and its classes are freed when
 * nobody does. Thread-safe.
 */
public final class ModuleCache implements AutoCloseable {

	/** What is added to the digest for code that counts its work. */
	private static final String METERED = "+fuel";

	private static final int KNOWN_DIGESTS = 10_000;

	private final AotCompiler compiler = new AotCompiler();

	private final CompileQueue queue;

	private volatile ModuleCacheSettings settings;

	/** What each module counts at the least, in bytes. */
	private final long leastWeight;

	private final AsyncCache<String, LoadedModule> modules;

	/** Digests of what was compiled, as many as are worth knowing. */
	private final Cache<String, Boolean> compiled = Caffeine.newBuilder()
		.maximumSize(KNOWN_DIGESTS)
		.executor(Runnable::run)
		.build();

	private final LongAdder recompiled = new LongAdder();

	/**
	 * Creates an empty cache that compiles within the default bounds.
	 * @param settings its bounds. Each module counts at least {@code maxWeight /
	 * maxModules} bytes, which holds both bounds with one weight.
	 */
	public ModuleCache(ModuleCacheSettings settings) {
		this(settings, CompileSettings.defaults());
	}

	/**
	 * Creates an empty cache.
	 * @param settings its bounds, see {@link #ModuleCache(ModuleCacheSettings)}
	 * @param compile the bounds of compiling
	 */
	public ModuleCache(ModuleCacheSettings settings, CompileSettings compile) {
		this.settings = settings;
		this.queue = new CompileQueue(compile);
		long least = Math.max(1, settings.maxWeight() / settings.maxModules());
		this.leastWeight = least;
		this.modules = Caffeine.newBuilder()
			.maximumWeight(settings.maxWeight())
			.<String, LoadedModule>weigher(
					(digest, module) -> (int) Math.min(Integer.MAX_VALUE, Math.max(least, module.weight())))
			.executor(Runnable::run)
			.recordStats()
			.buildAsync();
	}

	/** A cache with the default bounds. */
	public ModuleCache() {
		this(ModuleCacheSettings.defaults());
	}

	/**
	 * Returns the compiled module, compiling it if need be. Waits for the compilation,
	 * which runs on a thread of the cache, as long as the bounds of compiling say.
	 * @param moduleName what to call it in messages
	 * @param bytes the binary
	 * @param report what the screening said about the same bytes
	 * @param metered whether its code is to count its work; kept beside the same module
	 * whose code does not
	 * @throws ModuleRejectedException if it is invalid or cannot be compiled
	 * @throws SandboxInterruptedException if the caller is interrupted while it waits;
	 * the compilation goes on and is kept
	 * @throws SandboxTimeoutException if it is not compiled in time; the compilation goes
	 * on and is kept
	 * @throws SandboxBusyException if too many modules wait to be compiled
	 */
	public LoadedModule get(String moduleName, byte[] bytes, ModuleReport report, boolean metered) {
		String digest = digest(bytes);
		CompletableFuture<LoadedModule> future = this.modules.get(metered ? digest + METERED : digest,
				(key, caffeine) -> startLoading(moduleName, digest, bytes, report, metered));
		try {
			if (future instanceof Loading loading) {
				if (!loading.settled.await(this.queue.settings().timeout().toNanos(), TimeUnit.NANOSECONDS)) {
					throw late(moduleName);
				}
				Throwable failure = loading.failure;
				if (failure != null) {
					throw failed(moduleName, failure);
				}
			}
			return future.get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SandboxInterruptedException(moduleName, null, "interrupted while the module was compiled", ex);
		}
		catch (ExecutionException ex) {
			throw failed(moduleName, ex.getCause());
		}
	}

	private SandboxTimeoutException late(String moduleName) {
		Duration timeout = this.queue.settings().timeout();
		return new SandboxTimeoutException(moduleName, null, "wasm.compile.timeout", timeout,
				"not compiled within wasm.compile.timeout of " + timeout.toMillis() + " ms, with "
						+ this.queue.waiting() + " modules waiting for a thread; compiling goes on and is kept, "
						+ "so load it again later, or raise the timeout",
				null);
	}

	private static WasmSandboxException failed(String moduleName, @Nullable Throwable failure) {
		return (failure instanceof WasmSandboxException ours) ? ours
				: new WasmSandboxException(moduleName, null, "the module could not be compiled: " + failure, failure);
	}

	/** The same for code that does not count its work. */
	public LoadedModule get(String moduleName, byte[] bytes, ModuleReport report) {
		return get(moduleName, bytes, report, false);
	}

	private Loading startLoading(String moduleName, String digest, byte[] bytes, ModuleReport report, boolean metered) {
		Loading loading = new Loading();
		this.queue.submit(moduleName, report, () -> load(loading, moduleName, digest, bytes, report, metered));
		return loading;
	}

	@SuppressWarnings("NullAway") // a future that ends with null is dropped by the cache
	private void load(Loading loading, String moduleName, String digest, byte[] bytes, ModuleReport report,
			boolean metered) {
		try {
			AotCompiler.Result result = this.compiler.compile(moduleName, bytes, report, metered);
			if (this.compiled.asMap().put(metered ? digest + METERED : digest, true) != null) {
				this.recompiled.increment();
			}
			loading.complete(new LoadedModule(digest, report, result.code(), result.tier(), result.elapsed()));
		}
		catch (Throwable ex) {
			// Not exceptionally: Caffeine would log each with its stack trace, and who
			// uploads modules could fill the log.
			loading.failure = ex;
			loading.complete(null);
		}
		finally {
			loading.settled.countDown();
		}
	}

	/**
	 * The SHA-256 of a binary in lower-case hexadecimal digits: the key of this cache.
	 */
	public static String digest(byte[] bytes) {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JVM has SHA-256", ex);
		}
	}

	/** The bounds of the cache at this moment. */
	public ModuleCacheSettings settings() {
		return this.settings;
	}

	/**
	 * Changes how much it holds, and how many modules in proportion; where that is less
	 * than before, modules are dropped at once.
	 * @param maxWeight the most bytes of binaries and generated classes
	 * @throws IllegalArgumentException if it is not positive
	 */
	public void resize(long maxWeight) {
		long modules = Math.clamp(maxWeight / this.leastWeight, 1, Integer.MAX_VALUE);
		this.settings = new ModuleCacheSettings((int) modules, maxWeight);
		this.modules.synchronous().policy().eviction().ifPresent((eviction) -> eviction.setMaximum(maxWeight));
		this.modules.synchronous().cleanUp();
	}

	/** The bounds of compiling. */
	public CompileSettings compileSettings() {
		return this.queue.settings();
	}

	/** Modules that wait to be compiled. */
	public int compilesPending() {
		return this.queue.pending();
	}

	/** Bytes of modules that are compiled at this moment, data not counted. */
	public long bytesCompiling() {
		return this.queue.bytesInFlight();
	}

	/** Hits, misses, loads and evictions since the cache was made. */
	public CacheStats statistics() {
		return this.modules.synchronous().stats();
	}

	/**
	 * How often a module was compiled that had been compiled before, since the cache was
	 * made; the last 10,000 different ones are known.
	 */
	public long recompiled() {
		return this.recompiled.sum();
	}

	/** How many modules it holds. */
	public long size() {
		this.modules.synchronous().cleanUp();
		return this.modules.synchronous().estimatedSize();
	}

	/** The bytes of binaries and generated classes it holds. */
	public long weight() {
		return this.modules.synchronous().asMap().values().stream().mapToLong(LoadedModule::weight).sum();
	}

	/** Whether it holds the module with the given digest. */
	public boolean contains(String digest) {
		return this.modules.synchronous().asMap().containsKey(digest)
				|| this.modules.synchronous().asMap().containsKey(digest + METERED);
	}

	/**
	 * Drops a module. Whoever holds it can go on using it. If it is compiled again, no
	 * bound of the cache is the reason, and {@link #recompiled} does not count it.
	 */
	public void evict(String digest) {
		for (String key : List.of(digest, digest + METERED)) {
			this.modules.synchronous().invalidate(key);
			this.compiled.invalidate(key);
		}
	}

	/** The cache underneath, for binding its meters. Not to be written to. */
	public Cache<String, LoadedModule> caffeine() {
		return this.modules.synchronous();
	}

	/** Drops everything and ends the compiling threads once they are done. */
	@Override
	public void close() {
		this.modules.synchronous().invalidateAll();
		this.queue.close();
	}

	/**
	 * A compilation under way. It is settled when the cache has seen how it ended, too:
	 * when a failure is dropped, and a success weighed.
	 */
	private static final class Loading extends CompletableFuture<LoadedModule> {

		private final CountDownLatch settled = new CountDownLatch(1);

		/** Written before it is settled. */
		private @Nullable Throwable failure;

	}

}
