package dev.wasmsandbox;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.abi.GuestAbis;
import dev.wasmsandbox.abi.PluginHosts;
import dev.wasmsandbox.codec.Codecs;
import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.engine.HostBinding;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.engine.SnapshotPlan;
import dev.wasmsandbox.engine.Watchdog;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.module.LoadedModule;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.observe.SecurityListener.Refusal;
import dev.wasmsandbox.observe.WorkObserver;
import dev.wasmsandbox.observe.WorkRecorder;
import dev.wasmsandbox.pool.InstancePool;
import dev.wasmsandbox.pool.PoolMaintenance;
import dev.wasmsandbox.pool.VirtualTurns;
import dev.wasmsandbox.screen.ExportComparison;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.jspecify.annotations.Nullable;

/**
 * The way of a module from its source to a pool of sandboxes that can be called. Either
 * all steps succeed, or nothing is left of them. Thread-safe.
 */
final class ModuleLoader implements AutoCloseable {

	private final ModuleCache cache;

	private final List<HostFunction> hostFunctions;

	private final MemoryBackend backend;

	private final MemoryBudget budget;

	private final Consumer<Refusal> audit;

	private final PoolMaintenance maintenance;

	private final VirtualTurns virtualThreadTurns;

	private final GuestAbis abis;

	private final PluginHosts plugins;

	private final Codecs codecs;

	private final WorkObserver observer;

	private final Watchdog watchdog = new Watchdog();

	/**
	 * Makes a loader.
	 * @param hostFunctions what every module may import
	 * @param observer watches the work of modules
	 * @param audit is told of what is refused to modules
	 */
	ModuleLoader(ModuleCache cache, List<HostFunction> hostFunctions, MemoryBackend backend, MemoryBudget budget,
			PoolMaintenance maintenance, VirtualTurns virtualThreadTurns, GuestAbis abis, PluginHosts plugins,
			Codecs codecs, WorkObserver observer, Consumer<Refusal> audit) {
		this.cache = cache;
		this.hostFunctions = List.copyOf(hostFunctions);
		this.backend = backend;
		this.budget = budget;
		this.maintenance = maintenance;
		this.virtualThreadTurns = virtualThreadTurns;
		this.abis = abis;
		this.plugins = plugins;
		this.codecs = codecs;
		this.observer = observer;
		this.audit = audit;
	}

	/**
	 * Reads, screens and compiles a module, binds its imports, makes one instance to see
	 * that it can, and as many more as {@code pool.min-idle} says.
	 * @param before the version that it is to take the place of, whose exports it must
	 * have; {@code null} if there is none
	 * @throws ModuleRejectedException if it cannot be run, with the reason
	 * @throws SandboxLimitException if the system has no room for its sandboxes
	 */
	ModuleVersion load(ModuleDefinition definition, @Nullable ModuleVersion before) {
		String name = definition.name();
		byte[] bytes = read(definition);
		ModuleReport report = ModuleScreener.screen(name, bytes, definition.limits());
		if (before != null) {
			requireExports(name, before.info().report(), report);
		}
		String codec = this.codecs.require(definition.codec());
		GuestAbi abi = this.abis.with(this.plugins.abis(definition.extism(), definition.limits().memoryBytes()))
			.choose(name, definition.abi(), report);
		definition.extism().requireUsedBy(name, abi);
		List<HostBinding> bindings = new ModuleBindings(definition, this.hostFunctions, abi.hostFunctions(report),
				this.audit)
			.checked(report);
		LoadedModule module = this.cache.get(name, bytes, report, definition.limits().metered());
		WorkRecorder work = (before != null) ? before.work() : this.observer.module(name, exports(report));
		InstancePool pool = pool(definition, module.code(), bindings, abi, work);
		ModuleInfo info = new ModuleInfo(name, definition.source().description(), module.digest(), report,
				module.tier(), module.compileTime(), module.code().codeBytes(), definition.limits(), definition.pool(),
				definition.capabilities(), definition.wasi(), Instant.now(), (before != null) ? before.number() + 1 : 0,
				abi.name(), definition.snapshot(), module.code().hugeMethods());
		return new ModuleVersion(info, module.code(), pool,
				new BoundFunctions(name, report, abi, new TypedClients(name, this.codecs.over(abi), codec)), work);
	}

	/** The names of the functions that a module exports. */
	static List<String> exports(ModuleReport report) {
		return report.exportedFunctions().stream().map(ModuleExport::name).toList();
	}

	private InstancePool pool(ModuleDefinition definition, CompiledModule code, List<HostBinding> bindings,
			GuestAbi abi, WorkRecorder work) {
		SandboxFactory factory = new SandboxFactory(definition.name(), code, bindings, definition.limits(),
				this.watchdog, this.backend, definition.pool().maxSize() + 2, plan(definition, code, abi),
				definition.globals(), this.budget);
		InstancePool pool = new InstancePool(definition.name(), factory, definition.pool(), this.maintenance,
				this.virtualThreadTurns, work);
		boolean ready = false;
		try {
			pool.release(pool.acquire());
			pool.warmUp();
			this.maintenance.add(pool);
			ready = true;
			return pool;
		}
		finally {
			if (!ready) {
				pool.close();
			}
		}
	}

	private static void requireExports(String name, ModuleReport before, ModuleReport report) {
		List<String> differences = ExportComparison.missing(before, report);
		if (!differences.isEmpty()) {
			int shown = 10;
			String list = String.join("; ", differences.stream().limit(shown).toList());
			int more = differences.size() - shown;
			throw new ModuleRejectedException(name, null, Reason.INCOMPATIBLE_EXPORTS,
					"it cannot replace the version in service, whose exports callers may hold: " + list
							+ ((more > 0) ? "; and " + more + " more" : "") + "; build it with these exports, or "
							+ "load it under another name, or unload the module and load it anew",
					null);
		}
	}

	private static SnapshotPlan plan(ModuleDefinition definition, CompiledModule code, GuestAbi abi) {
		List<ModuleExport> start = abi.startFunctions(code.report());
		if (definition.snapshot() == SnapshotPoint.NONE) {
			return new SnapshotPlan(false, List.of(), start);
		}
		return new SnapshotPlan(true, WarmUpSteps.of(definition, code), start);
	}

	private static byte[] read(ModuleDefinition definition) {
		try {
			byte[] bytes = definition.source().read(definition.limits().moduleBytes());
			return Objects.requireNonNull(bytes, "the source gave nothing");
		}
		catch (IOException ex) {
			throw unreadable(definition, String.valueOf(ex.getMessage()), ex);
		}
		catch (WasmSandboxException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw unreadable(definition, "it threw " + ex, ex);
		}
	}

	private static ModuleRejectedException unreadable(ModuleDefinition definition, String why, Exception cause) {
		return new ModuleRejectedException(definition.name(), null, Reason.UNREADABLE,
				"cannot read " + GuestText.shown(definition.source().description()) + ": " + GuestText.shown(why),
				cause);
	}

	/** What ends calls of its modules that run for too long. */
	Watchdog watchdog() {
		return this.watchdog;
	}

	/** Ends the watchdog, once the last sandbox is given up. */
	@Override
	public void close() {
		this.watchdog.close();
	}

}
