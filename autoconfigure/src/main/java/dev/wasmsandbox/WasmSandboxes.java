package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import dev.wasmsandbox.abi.GuestAbis;
import dev.wasmsandbox.codec.Codecs;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.UnknownAbiException;
import dev.wasmsandbox.error.UnknownModuleException;
import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.CallTracer;
import dev.wasmsandbox.observe.SecurityListener;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.WorkObserver;
import dev.wasmsandbox.pool.PoolControl;
import dev.wasmsandbox.pool.PoolMaintenance;
import dev.wasmsandbox.pool.Tenants;
import dev.wasmsandbox.pool.VirtualTurns;
import org.jspecify.annotations.Nullable;

/**
 * The registry of loaded modules by name, and what they share: the module cache, the
 * watchdog, the maintenance of pools and the threads of asynchronous calls. Thread-safe.
 */
public final class WasmSandboxes implements AutoCloseable {

	private final ModuleCache cache;

	private final boolean ownsCache;

	private final Codecs codecs;

	private final ModuleLoader loader;

	private final MemoryBudget budget;

	private final PoolMaintenance maintenance = new PoolMaintenance();

	private final AsyncCalls asyncCalls;

	private final Tenants tenants;

	private final VirtualTurns virtualThreadTurns;

	private final ConcurrentMap<String, DefaultWasmSandbox> sandboxes = new ConcurrentHashMap<>();

	/** Names that are being loaded, so that two loads of one name cannot both succeed. */
	private final Set<String> loading = ConcurrentHashMap.newKeySet();

	private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

	private final List<Consumer<ModuleReload>> reloadListeners = new CopyOnWriteArrayList<>();

	private final List<SecurityListener> securityListeners;

	private final WorkObserver work;

	private final @Nullable CallTracer tracer;

	private final List<Tunable> sharedTunables;

	private final LongAdder violations = new LongAdder();

	private volatile boolean closed;

	WasmSandboxes(WasmSandboxesBuilder builder) {
		this.ownsCache = builder.cache == null;
		this.cache = (builder.cache != null) ? builder.cache : new ModuleCache();
		this.codecs = Codecs.standard().with(builder.codecs);
		this.budget = builder.budget;
		this.securityListeners = List.copyOf(builder.securityListeners);
		this.work = builder.work;
		this.tracer = builder.tracer;
		this.asyncCalls = new AsyncCalls(builder.async);
		this.tenants = new Tenants(builder.defaultQuota, builder.quotas, builder.maxTenants, this.maintenance::soon);
		this.virtualThreadTurns = new VirtualTurns(builder.virtualThreadPermits);
		this.loader = new ModuleLoader(this.cache, builder.hostFunctions, builder.backend, this.budget,
				this.maintenance, this.virtualThreadTurns, new GuestAbis(builder.abis), builder.plugins, this.codecs,
				this.work, this::refused);
		this.maintenance.add(this.tenants);
		this.sharedTunables = SharedTunables.of(this.cache, this.loader.watchdog());
	}

	/** Builds a registry outside of Spring. */
	public static WasmSandboxesBuilder builder() {
		return new WasmSandboxesBuilder();
	}

	/**
	 * Loads a module: reads, screens and compiles it, binds its imports, makes one
	 * instance to see that it can, and as many more as {@code pool.min-idle} says.
	 * @return the module, ready to be called
	 * @throws ModuleRejectedException if it cannot be run, with the reason
	 * @throws SandboxLimitException if the system has no room for its sandboxes
	 * @throws UnknownAbiException if it is to follow a convention that is not known
	 * @throws IllegalStateException if a module of this name is loaded, or this registry
	 * is closed
	 */
	public WasmSandbox load(ModuleDefinition definition) {
		String name = Objects.requireNonNull(definition, "definition").name();
		if (!this.loading.add(name)) {
			throw nameTaken(name);
		}
		try {
			if (this.sandboxes.containsKey(name)) {
				throw nameTaken(name);
			}
			requireOpen();
			ModuleVersions versions = new ModuleVersions(definition, first(definition));
			DefaultWasmSandbox sandbox = new DefaultWasmSandbox(versions, this.asyncCalls, this.tenants, this.tracer,
					() -> unloaded(name));
			this.sandboxes.put(name, sandbox);
			if (this.closed) {
				sandbox.close();
				requireOpen();
			}
			changed(name);
			return sandbox;
		}
		finally {
			this.loading.remove(name);
		}
	}

	private ModuleVersion first(ModuleDefinition definition) {
		boolean loaded = false;
		try {
			ModuleVersion version = this.loader.load(definition, null);
			loaded = true;
			return version;
		}
		finally {
			if (!loaded) {
				this.work.unloaded(definition.name());
			}
		}
	}

	private static IllegalStateException nameTaken(String name) {
		return new IllegalStateException(
				"A module named '" + name + "' is already loaded; unload it first or use another name");
	}

	private void requireOpen() {
		if (this.closed) {
			throw new IllegalStateException("The registry of sandboxes is closed");
		}
	}

	/**
	 * Replaces a module by what its source gives now: the source it was loaded with,
	 * whatever it was reloaded from since. Otherwise as
	 * {@link #reload(String, ModuleSource)}.
	 */
	public ModuleInfo reload(String name) {
		return reload(require(name), null);
	}

	/**
	 * Replaces a module by another version, with the limits, pool, imports and all else
	 * that it was loaded with. The version is loaded as {@link #load} does; then all
	 * handles of the module, and functions resolved from them, use it: every call that
	 * begins after this returned. Calls and sessions that run end on the former version,
	 * of which nothing is left then; it is dropped from the cache too.
	 *
	 * <p>
	 * Until the switch there are both: their images, and {@code pool.min-idle} sandboxes
	 * of each, count against the memory limits. If anything fails, the former version
	 * stays in service, untouched.
	 * @param source where the bytes of the version come from
	 * @return what is known about the new version
	 * @throws UnknownModuleException if there is no module of this name
	 * @throws ModuleRejectedException if the version cannot be run, or lacks an export of
	 * the former one or has it with another type, with the reason
	 * @throws SandboxBusyException if the module is being reloaded already
	 * @throws SandboxLimitException if the system has no room for both versions
	 * @throws IllegalStateException if the module is unloaded meanwhile
	 */
	public ModuleInfo reload(String name, ModuleSource source) {
		return reload(require(name), Objects.requireNonNull(source, "source"));
	}

	private ModuleInfo reload(DefaultWasmSandbox sandbox, @Nullable ModuleSource source) {
		ModuleVersions versions = sandbox.versions();
		ModuleReload reload;
		versions.requireOpen();
		versions.beginReload();
		try {
			ModuleDefinition definition = versions.definition();
			ModuleVersion before = versions.current();
			ModuleVersion next = this.loader.load((source != null) ? definition.withSource(source) : definition,
					before);
			versions.replace(next, this.work);
			reload = new ModuleReload(before.info(), next.info());
		}
		finally {
			versions.endReload();
		}
		String digest = reload.before().digest();
		if (this.sandboxes.values().stream().noneMatch((other) -> other.info().digest().equals(digest))) {
			this.cache.evict(digest);
		}
		changed(sandbox.name());
		this.reloadListeners.forEach((listener) -> listener.accept(reload));
		return reload.after();
	}

	/**
	 * Has a listener told of every reload from now on, after it, on the thread that made
	 * it. It must not throw.
	 */
	public void addReloadListener(Consumer<ModuleReload> listener) {
		this.reloadListeners.add(listener);
	}

	private void refused(SecurityListener.Refusal refusal) {
		this.violations.increment();
		this.securityListeners.forEach((listener) -> listener.refused(refusal));
	}

	/** How often something was refused to a module that was not granted to it. */
	public long securityViolations() {
		return this.violations.sum();
	}

	/**
	 * The module of the given name.
	 * @throws UnknownModuleException if there is none, naming those there are
	 */
	public WasmSandbox get(String name) {
		return require(name);
	}

	private DefaultWasmSandbox require(String name) {
		DefaultWasmSandbox sandbox = this.sandboxes.get(Objects.requireNonNull(name, "name"));
		if (sandbox == null) {
			throw new UnknownModuleException(name, names());
		}
		return sandbox;
	}

	/** The module of the given name, if it is loaded. */
	public Optional<WasmSandbox> find(String name) {
		return Optional.ofNullable(this.sandboxes.get(Objects.requireNonNull(name, "name")));
	}

	/** The names of the loaded modules, in order. */
	public Collection<String> names() {
		return new TreeSet<>(this.sandboxes.keySet());
	}

	/**
	 * Unloads a module. Running calls end as they would.
	 * @throws UnknownModuleException if there is none of this name
	 */
	public void unload(String name) {
		get(name).close();
	}

	private void unloaded(String name) {
		// First, because the name is free for another module after the next line.
		this.work.unloaded(name);
		this.sandboxes.remove(name);
		changed(name);
	}

	private void changed(String name) {
		this.listeners.forEach((listener) -> listener.accept(name));
	}

	/**
	 * Has a listener told of every change from now on: the name of a module that was
	 * loaded, reloaded or unloaded. It is called after the change, on the thread that
	 * made it; changes made at the same time may be told in any order, so ask
	 * {@link #find} for the state. It must not throw.
	 */
	public void addListener(Consumer<String> listener) {
		this.listeners.add(listener);
	}

	/** What all sandboxes of this registry may hold in memory together, and hold. */
	public MemoryBudget memoryBudget() {
		return this.budget;
	}

	/** The tenants that have calls, or had some lately, and what they use. */
	public Tenants tenants() {
		return this.tenants;
	}

	/** How many guests run on virtual threads, and how many threads wait for that. */
	public VirtualTurns virtualThreadTurns() {
		return this.virtualThreadTurns;
	}

	/** The names of the codecs that modules and clients may name. */
	public Collection<String> codecs() {
		return this.codecs.names();
	}

	/**
	 * What may be changed while modules are in use: of what they share, and of each
	 * module that is loaded just now.
	 */
	public List<Tunable> tunables() {
		List<Tunable> all = new ArrayList<>(this.sharedTunables);
		new TreeMap<>(this.sandboxes).values().forEach((sandbox) -> all.addAll(sandbox.versions().tunables()));
		return all;
	}

	/** The cache of compiled modules. */
	public ModuleCache cache() {
		return this.cache;
	}

	/**
	 * Has all pools keep no idle sandboxes from now on, until {@link #resume}. Calls are
	 * served as before, each by a sandbox of its own that is discarded afterwards.
	 */
	public void suspend() {
		this.sandboxes.values().forEach((sandbox) -> sandbox.pool().suspend());
	}

	/**
	 * Has all pools keep idle sandboxes again, and fills {@code pool.min-idle} up.
	 * @throws SandboxLimitException if the system has no room for them
	 */
	public void resume() {
		this.sandboxes.values().stream().map(WasmSandbox::pool).forEach(PoolControl::resume);
	}

	/** Unloads all modules and ends the threads. Running calls end as they would. */
	@Override
	public void close() {
		this.closed = true;
		List.copyOf(this.sandboxes.values()).forEach(WasmSandbox::close);
		this.asyncCalls.close();
		this.loader.close();
		this.maintenance.close();
		if (this.ownsCache) {
			this.cache.close();
		}
	}

}
