package dev.wasmsandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.abi.GuestAbis;
import dev.wasmsandbox.abi.PluginHosts;
import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.engine.HostBinding;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.engine.SnapshotPlan;
import dev.wasmsandbox.engine.Watchdog;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.UnknownAbiException;
import dev.wasmsandbox.error.UnknownModuleException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.module.LoadedModule;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.observe.SecurityListener;
import dev.wasmsandbox.pool.InstancePool;
import dev.wasmsandbox.pool.PoolControl;
import dev.wasmsandbox.pool.PoolMaintenance;
import dev.wasmsandbox.pool.Tenants;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.jspecify.annotations.Nullable;

/**
 * The registry of loaded modules by name, and what they share: the module cache, the
 * watchdog, the maintenance of pools and the threads of asynchronous calls. Thread-safe.
 */
public final class WasmSandboxes implements AutoCloseable {

	private final ModuleCache cache;

	private final boolean ownsCache;

	private final List<HostFunction> hostFunctions;

	private final GuestAbis abis;

	private final PluginHosts plugins;

	private final MemoryBackend backend;

	private final Watchdog watchdog = new Watchdog();

	private final MemoryBudget budget;

	private final PoolMaintenance maintenance = new PoolMaintenance();

	private final AsyncCalls asyncCalls;

	private final Tenants tenants;

	private final ConcurrentMap<String, WasmSandbox> sandboxes = new ConcurrentHashMap<>();

	/** Names that are being loaded, so that two loads of one name cannot both succeed. */
	private final Set<String> loading = ConcurrentHashMap.newKeySet();

	private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

	private final List<SecurityListener> securityListeners;

	private final LongAdder violations = new LongAdder();

	private volatile boolean closed;

	private WasmSandboxes(Builder builder) {
		this.ownsCache = builder.cache == null;
		this.cache = (builder.cache != null) ? builder.cache : new ModuleCache();
		this.hostFunctions = List.copyOf(builder.hostFunctions);
		this.abis = new GuestAbis(builder.abis);
		this.plugins = builder.plugins;
		this.budget = builder.budget;
		this.backend = builder.backend;
		this.securityListeners = List.copyOf(builder.securityListeners);
		this.asyncCalls = new AsyncCalls(builder.async);
		this.tenants = new Tenants(builder.defaultQuota, builder.quotas, builder.maxTenants, this.maintenance::soon);
		this.maintenance.add(this.tenants);
	}

	/** Builds a registry outside of Spring. */
	public static Builder builder() {
		return new Builder();
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
		String name = definition.name();
		if (!this.loading.add(name)) {
			throw nameTaken(name);
		}
		try {
			if (this.sandboxes.containsKey(name)) {
				throw nameTaken(name);
			}
			WasmSandbox sandbox = create(definition);
			this.sandboxes.put(name, sandbox);
			if (this.closed) {
				sandbox.close();
				throw new IllegalStateException("The registry of sandboxes is closed");
			}
			changed(name);
			return sandbox;
		}
		finally {
			this.loading.remove(name);
		}
	}

	private static IllegalStateException nameTaken(String name) {
		return new IllegalStateException(
				"A module named '" + name + "' is already loaded; unload it first or use another name");
	}

	private WasmSandbox create(ModuleDefinition definition) {
		if (this.closed) {
			throw new IllegalStateException("The registry of sandboxes is closed");
		}
		String name = definition.name();
		byte[] bytes = read(definition);
		ModuleReport report = ModuleScreener.screen(name, bytes, definition.limits());
		GuestAbi abi = this.abis.with(this.plugins.abis(definition.extism(), definition.limits().memoryBytes()))
			.choose(name, definition.abi(), report);
		definition.extism().requireUsedBy(name, abi);
		List<HostBinding> bindings = new ModuleBindings(definition, this.hostFunctions, abi.hostFunctions(report),
				this::refused)
			.checked(report);
		LoadedModule module = this.cache.get(name, bytes, report, definition.limits().metered());
		SandboxFactory factory = new SandboxFactory(name, module.code(), bindings, definition.limits(), this.watchdog,
				this.backend, definition.pool().maxSize() + 2, plan(definition, module.code(), abi),
				definition.globals(), this.budget);
		InstancePool pool = new InstancePool(name, factory, definition.pool(), this.maintenance);
		try {
			pool.release(pool.acquire());
			pool.warmUp();
			this.maintenance.add(pool);
		}
		catch (RuntimeException ex) {
			pool.close();
			throw ex;
		}
		ModuleInfo info = new ModuleInfo(name, definition.source().description(), module.digest(), report,
				module.tier(), module.compileTime(), module.code().codeBytes(), definition.limits(), definition.pool(),
				definition.capabilities(), definition.wasi(), abi.name());
		return new DefaultWasmSandbox(info, module.code(), pool, new BoundFunctions(name, report, abi), this.asyncCalls,
				this.tenants, () -> unloaded(name));
	}

	private static SnapshotPlan plan(ModuleDefinition definition, CompiledModule code, GuestAbi abi) {
		List<ModuleExport> start = abi.startFunctions(code.report());
		if (definition.snapshot() == SnapshotPoint.NONE) {
			return new SnapshotPlan(false, List.of(), start);
		}
		List<SnapshotPlan.Step> steps = new ArrayList<>();
		for (WarmUpCall call : definition.warmUp()) {
			ModuleExport export = DefaultWasmSandbox.resolve(definition.name(), code, call.function());
			FunctionSignature signature = Objects.requireNonNull(export.signature());
			long[] raw = Conversions.untyped(definition.name(), call.function(), signature, call.arguments());
			steps.add(new SnapshotPlan.Step(export, Arrays.stream(raw).boxed().toList(), call.times()));
		}
		return new SnapshotPlan(true, steps, start);
	}

	private static byte[] read(ModuleDefinition definition) {
		try {
			return definition.source().read(definition.limits().moduleBytes());
		}
		catch (IOException ex) {
			throw new ModuleRejectedException(definition.name(), null, Reason.UNREADABLE,
					"cannot read " + definition.source().description() + ": " + ex.getMessage(), ex);
		}
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
		WasmSandbox sandbox = this.sandboxes.get(name);
		if (sandbox == null) {
			throw new UnknownModuleException(name, names());
		}
		return sandbox;
	}

	/** The module of the given name, if it is loaded. */
	public Optional<WasmSandbox> find(String name) {
		return Optional.ofNullable(this.sandboxes.get(name));
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
		this.sandboxes.remove(name);
		changed(name);
	}

	private void changed(String name) {
		this.listeners.forEach((listener) -> listener.accept(name));
	}

	/**
	 * Has a listener told of every change from now on: the name of a module that was
	 * loaded or unloaded. It is called after the change, on the thread that made it;
	 * changes made at the same time may be told in any order, so ask {@link #find} for
	 * the state. It must not throw.
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
		this.watchdog.close();
		this.maintenance.close();
		if (this.ownsCache) {
			this.cache.close();
		}
	}

	/** Collects what a registry needs. Not thread-safe. */
	public static final class Builder {

		private @Nullable ModuleCache cache;

		private AsyncSettings async = AsyncSettings.defaults();

		private MemoryBudget budget = MemoryBudget.unlimited();

		private MemoryBackend backend = MemoryBackend.detect();

		private TenantQuota defaultQuota = TenantQuota.none();

		private final Map<String, TenantQuota> quotas = new HashMap<>();

		private int maxTenants = Tenants.DEFAULT_MAX_KNOWN;

		private final List<HostFunction> hostFunctions = new ArrayList<>();

		private final List<SecurityListener> securityListeners = new ArrayList<>();

		private final List<GuestAbi> abis = new ArrayList<>();

		private PluginHosts plugins = PluginHosts.none();

		private Builder() {
		}

		/** A cache to share; it is not closed with the registry. */
		public Builder moduleCache(ModuleCache shared) {
			this.cache = shared;
			return this;
		}

		public Builder async(AsyncSettings settings) {
			this.async = settings;
			return this;
		}

		/**
		 * The most memory that all sandboxes hold together, in bytes: images, what
		 * running sandboxes have beyond them, and what idle ones keep. No limit if
		 * nothing is said.
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder totalMemory(long bytes) {
			this.budget = MemoryBudget.of(bytes);
			return this;
		}

		/**
		 * What each tenant may use that has no quota of its own; no limit if nothing is
		 * said. Calls without a tenant have no quota.
		 */
		public Builder tenantQuota(TenantQuota each) {
			this.defaultQuota = each;
			return this;
		}

		/**
		 * What one tenant may use, instead of {@link #tenantQuota(TenantQuota)}.
		 * @throws IllegalArgumentException if the name is none, see
		 * {@link WasmSandbox#forTenant}
		 */
		public Builder tenantQuota(String tenant, TenantQuota quota) {
			this.quotas.put(Tenants.requireName(tenant), quota);
			return this;
		}

		/**
		 * How many tenants may have calls, or time to pay off, at the same time; a
		 * further one is refused. 10,000 if nothing is said.
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder maxTenants(int number) {
			this.maxTenants = Tenants.requireMaxKnown(number);
			return this;
		}

		/** Another backend than the best one; what holds must hold on each. */
		Builder backend(MemoryBackend other) {
			this.backend = other;
			return this;
		}

		/** A function that every module may import. */
		public Builder hostFunction(HostFunction function) {
			this.hostFunctions.add(function);
			return this;
		}

		/**
		 * A convention that modules may follow; asked before the built-in ones, in the
		 * order they are added.
		 */
		public Builder guestAbi(GuestAbi abi) {
			this.abis.add(abi);
			return this;
		}

		/** Is told of everything that is refused to a module. */
		public Builder securityListener(SecurityListener listener) {
			this.securityListeners.add(listener);
			return this;
		}

		/** What plug-ins are offered beyond their input; nothing if nothing is said. */
		public Builder pluginHosts(PluginHosts hosts) {
			this.plugins = hosts;
			return this;
		}

		public WasmSandboxes build() {
			return new WasmSandboxes(this);
		}

	}

}
