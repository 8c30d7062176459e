package dev.wasmsandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.abi.AbiChoice;
import dev.wasmsandbox.abi.ExtismSettings;
import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.abi.PluginHosts;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.SecurityListener;
import dev.wasmsandbox.wasi.WasiSettings;
import org.jspecify.annotations.Nullable;

/**
 * Builds one sandbox outside of Spring. Not thread-safe.
 */
public final class SandboxBuilder {

	private String name = "module";

	private @Nullable ModuleSource source;

	private SandboxLimits limits = SandboxLimits.defaults();

	private PoolSettings pool = PoolSettings.defaults();

	private SnapshotPoint snapshot = SnapshotPoint.NONE;

	private List<WarmUpCall> warmUp = List.of();

	private final Map<String, Number> globals = new HashMap<>();

	private List<String> capabilities = List.of();

	private @Nullable WasiSettings wasi;

	private AbiChoice abi = AbiChoice.auto();

	private ExtismSettings extism = ExtismSettings.none();

	private final WasmSandboxesBuilder registry = WasmSandboxes.builder();

	SandboxBuilder() {
	}

	/** The module's name in messages; {@code module} if none is given. */
	public SandboxBuilder name(String moduleName) {
		this.name = moduleName;
		return this;
	}

	/** Reads the module from a file. */
	public SandboxBuilder source(Path file) {
		return source(ModuleSource.of(file));
	}

	/** Takes the module's bytes, which are copied. */
	public SandboxBuilder source(byte[] bytes) {
		return source(ModuleSource.of(bytes));
	}

	/** Reads the module from anywhere. */
	public SandboxBuilder source(ModuleSource from) {
		this.source = from;
		return this;
	}

	/** A cache to share with other sandboxes; it is not closed with this one. */
	public SandboxBuilder moduleCache(ModuleCache cache) {
		this.registry.moduleCache(cache);
		return this;
	}

	/** The most memory the guest may have, in bytes. */
	public SandboxBuilder memoryLimit(long bytes) {
		this.limits = this.limits.withMemoryBytes(bytes);
		return this;
	}

	/** How many units of work one call may take, see {@link SandboxLimits#fuel}. */
	public SandboxBuilder fuel(long units) {
		this.limits = this.limits.withFuel(units);
		return this;
	}

	/** How long one call may run. */
	public SandboxBuilder callTimeout(Duration timeout) {
		this.limits = this.limits.withCallTimeout(timeout);
		return this;
	}

	/** All limits at once. */
	public SandboxBuilder limits(SandboxLimits all) {
		this.limits = all;
		return this;
	}

	/** The bounds of the pool. */
	public SandboxBuilder pool(PoolSettings settings) {
		this.pool = settings;
		return this;
	}

	/** When the state is taken that sandboxes start with. */
	public SandboxBuilder snapshot(SnapshotPoint point, WarmUpCall... warmUp) {
		this.snapshot = point;
		this.warmUp = List.of(warmUp);
		return this;
	}

	/**
	 * What an imported global begins with in each sandbox; zero if nothing is said.
	 * {@link #build} refuses the module if it does not import the global, or the value is
	 * not of its type.
	 */
	public SandboxBuilder global(String module, String name, Number value) {
		this.globals.put(module + "." + name, value);
		return this;
	}

	/**
	 * The most memory that all sandboxes hold together, in bytes; no limit if nothing is
	 * said.
	 * @throws IllegalArgumentException if it is not positive
	 */
	public SandboxBuilder totalMemory(long bytes) {
		this.registry.totalMemory(bytes);
		return this;
	}

	/** What each tenant may use, see {@link WasmSandbox#forTenant}. */
	public SandboxBuilder tenantQuota(TenantQuota each) {
		this.registry.tenantQuota(each);
		return this;
	}

	/** Grants what host functions require. */
	public SandboxBuilder capabilities(String... names) {
		this.capabilities = List.of(names);
		return this;
	}

	/**
	 * The convention by which the module is passed what is no number, by its name;
	 * {@code auto}, or nothing, for the one it is recognised by.
	 */
	public SandboxBuilder abi(String abiName) {
		this.abi = AbiChoice.named(abiName);
		return this;
	}

	/** As above, a convention of one's own. */
	public SandboxBuilder abi(GuestAbi own) {
		this.abi = AbiChoice.of(own);
		return this;
	}

	/** What the module is given if it is an Extism plug-in. */
	public SandboxBuilder extism(ExtismSettings settings) {
		this.extism = settings;
		return this;
	}

	/** What is offered to plug-ins beyond their input. */
	public SandboxBuilder pluginHosts(PluginHosts hosts) {
		this.registry.pluginHosts(hosts);
		return this;
	}

	/** Is told of what is refused to the module. */
	public SandboxBuilder securityListener(SecurityListener listener) {
		this.registry.securityListener(listener);
		return this;
	}

	/** Lets the module import WASI preview 1, and grants what the settings say. */
	public SandboxBuilder wasi(WasiSettings settings) {
		this.wasi = settings;
		return this;
	}

	/** A function that the module imports. */
	public SandboxBuilder hostFunction(HostFunction function) {
		this.registry.hostFunction(function);
		return this;
	}

	/** Another backend than the best one. */
	SandboxBuilder backend(MemoryBackend backend) {
		this.registry.backend(backend);
		return this;
	}

	/**
	 * Loads the module.
	 * @throws ModuleRejectedException if it cannot be run, with the reason
	 * @throws SandboxTimeoutException if its start function runs past the time limit
	 * @throws IllegalStateException if no source was given
	 */
	public WasmSandbox build() {
		ModuleSource from = this.source;
		if (from == null) {
			throw new IllegalStateException("A sandbox needs a source: call source(...) before build()");
		}
		WasmSandboxes sandboxes = this.registry.build();
		try {
			ModuleDefinition.Builder definition = ModuleDefinition.named(this.name)
				.source(from)
				.limits(this.limits)
				.pool(this.pool)
				.snapshot(this.snapshot)
				.abi(this.abi)
				.extism(this.extism);
			this.warmUp.forEach(definition::warmUp);
			this.globals.forEach(definition::global);
			definition.capabilities(this.capabilities);
			if (this.wasi != null) {
				definition.wasi(this.wasi);
			}
			WasmSandbox sandbox = sandboxes.load(definition.build());
			return new OwningSandbox(sandbox, sandboxes);
		}
		catch (RuntimeException ex) {
			sandboxes.close();
			throw ex;
		}
	}

}
