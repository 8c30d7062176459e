package dev.wasmsandbox.benchmarks.guest;

import java.time.Duration;
import java.util.List;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.module.ModuleSource;

/**
 * A module in the library, loaded as an application has it loaded: with the default
 * limits, through the registry. Only the pool's size is chosen.
 */
public final class OurSandbox implements AutoCloseable {

	private final WasmSandboxes registry;

	private final String name;

	private final boolean owner;

	private final WasmSandbox sandbox;

	/** Loads a module with a pool of at most as many sandboxes. */
	public OurSandbox(byte[] bytes, int poolSize) {
		this(bytes, poolSize, List.of());
	}

	/** The same with functions for the module's imports. */
	public OurSandbox(byte[] bytes, int poolSize, List<HostFunction> imports) {
		this(WasmSandboxes.builder().build(), "benchmark", true, bytes, poolSize, imports);
	}

	private OurSandbox(WasmSandboxes registry, String name, boolean owner, byte[] bytes, int poolSize,
			List<HostFunction> imports) {
		this.registry = registry;
		this.name = name;
		this.owner = owner;
		this.sandbox = load(bytes, poolSize, imports);
	}

	/** Loads a module beside this one, with the same cache of compiled code. */
	public OurSandbox another(byte[] bytes, int poolSize) {
		return new OurSandbox(this.registry, this.name + "-2", false, bytes, poolSize, List.of());
	}

	private WasmSandbox load(byte[] bytes, int poolSize, List<HostFunction> imports) {
		ModuleDefinition.Builder definition = ModuleDefinition.named(this.name)
			.source(ModuleSource.of(bytes))
			.pool(new PoolSettings(poolSize, Duration.ofSeconds(10)));
		imports.forEach(definition::hostFunction);
		try {
			return this.registry.load(definition.build());
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
	}

	/** What an application has injected. */
	public WasmSandbox get() {
		return this.sandbox;
	}

	@Override
	public void close() {
		if (this.owner) {
			this.registry.close();
		}
		else {
			this.registry.unload(this.name);
		}
	}

}
