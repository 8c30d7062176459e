package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.abi.PluginHosts;
import dev.wasmsandbox.codec.ValueCodec;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.observe.CallTracer;
import dev.wasmsandbox.observe.SecurityListener;
import dev.wasmsandbox.observe.WorkObserver;
import dev.wasmsandbox.pool.Tenants;
import dev.wasmsandbox.pool.VirtualTurns;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link WasmSandboxes} registry needs. Not thread-safe. */
public final class WasmSandboxesBuilder {

	@Nullable ModuleCache cache;

	AsyncSettings async = AsyncSettings.defaults();

	MemoryBudget budget = MemoryBudget.unlimited();

	MemoryBackend backend = MemoryBackend.detect();

	TenantQuota defaultQuota = TenantQuota.none();

	final Map<String, TenantQuota> quotas = new HashMap<>();

	int maxTenants = Tenants.DEFAULT_MAX_KNOWN;

	int virtualThreadPermits = VirtualTurns.defaultBound();

	final List<HostFunction> hostFunctions = new ArrayList<>();

	final List<SecurityListener> securityListeners = new ArrayList<>();

	final List<GuestAbi> abis = new ArrayList<>();

	PluginHosts plugins = PluginHosts.none();

	final List<ValueCodec> codecs = new ArrayList<>();

	WorkObserver work = WorkObserver.NONE;

	@Nullable CallTracer tracer;

	WasmSandboxesBuilder() {
	}

	/** A cache to share; it is not closed with the registry. */
	public WasmSandboxesBuilder moduleCache(ModuleCache shared) {
		this.cache = shared;
		return this;
	}

	public WasmSandboxesBuilder async(AsyncSettings settings) {
		this.async = settings;
		return this;
	}

	/**
	 * The most memory that all sandboxes hold together, in bytes: images, what running
	 * sandboxes have beyond them, and what idle ones keep. No limit if nothing is said.
	 * @throws IllegalArgumentException if it is not positive
	 */
	public WasmSandboxesBuilder totalMemory(long bytes) {
		this.budget = MemoryBudget.of(bytes);
		return this;
	}

	/**
	 * What each tenant may use that has no quota of its own; no limit if nothing is said.
	 * Calls without a tenant have no quota.
	 */
	public WasmSandboxesBuilder tenantQuota(TenantQuota each) {
		this.defaultQuota = each;
		return this;
	}

	/**
	 * What one tenant may use, instead of {@link #tenantQuota(TenantQuota)}.
	 * @throws IllegalArgumentException if the name is none, see
	 * {@link WasmSandbox#forTenant}
	 */
	public WasmSandboxesBuilder tenantQuota(String tenant, TenantQuota quota) {
		this.quotas.put(Tenants.requireName(tenant), quota);
		return this;
	}

	/**
	 * How many tenants may have calls, or time to pay off, at the same time; a further
	 * one is refused. 10,000 if nothing is said.
	 * @throws IllegalArgumentException if it is not positive
	 */
	public WasmSandboxesBuilder maxTenants(int number) {
		this.maxTenants = Tenants.requireMaxKnown(number);
		return this;
	}

	/**
	 * How many guests run on virtual threads at a time, because each keeps its carrier
	 * thread; further callers wait parked, within {@code pool.max-wait}. One less than
	 * there are carrier threads, but at least one, if nothing is said.
	 * @param number the number, 0 for no limit
	 * @throws IllegalArgumentException if it is negative
	 */
	public WasmSandboxesBuilder virtualThreadPermits(int number) {
		this.virtualThreadPermits = VirtualTurns.requireBound(number);
		return this;
	}

	/** Another backend than the best one; what holds must hold on each. */
	WasmSandboxesBuilder backend(MemoryBackend other) {
		this.backend = other;
		return this;
	}

	/** A function that every module may import. */
	public WasmSandboxesBuilder hostFunction(HostFunction function) {
		this.hostFunctions.add(function);
		return this;
	}

	/**
	 * A convention that modules may follow; asked before the built-in ones, in the order
	 * they are added.
	 */
	public WasmSandboxesBuilder guestAbi(GuestAbi abi) {
		this.abis.add(abi);
		return this;
	}

	/** Is told of everything that is refused to a module. */
	public WasmSandboxesBuilder securityListener(SecurityListener listener) {
		this.securityListeners.add(listener);
		return this;
	}

	/** Is told of the work of all modules; nobody is if nothing is said. */
	public WasmSandboxesBuilder workObserver(WorkObserver observer) {
		this.work = observer;
		return this;
	}

	/** Follows the calls and sessions of all modules; nobody does if nothing is said. */
	public WasmSandboxesBuilder callTracer(CallTracer follower) {
		this.tracer = follower;
		return this;
	}

	/** What plug-ins are offered beyond their input; nothing if nothing is said. */
	public WasmSandboxesBuilder pluginHosts(PluginHosts hosts) {
		this.plugins = hosts;
		return this;
	}

	/** A codec that modules and clients may name; it comes before a built-in one. */
	public WasmSandboxesBuilder codec(ValueCodec codec) {
		this.codecs.add(codec);
		return this;
	}

	public WasmSandboxes build() {
		return new WasmSandboxes(this);
	}

}
