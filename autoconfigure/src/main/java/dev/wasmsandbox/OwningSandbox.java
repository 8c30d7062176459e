package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.wasmsandbox.pool.PoolControl;
import org.jspecify.annotations.Nullable;

/** A sandbox that closes the registry it was built with. */
record OwningSandbox(WasmSandbox sandbox, WasmSandboxes registry) implements WasmSandbox {

	@Override
	public String name() {
		return this.sandbox.name();
	}

	@Override
	public ModuleInfo info() {
		return this.sandbox.info();
	}

	@Override
	public SandboxStatistics statistics() {
		return this.sandbox.statistics();
	}

	@Override
	public PoolControl pool() {
		return this.sandbox.pool();
	}

	@Override
	public <T extends @Nullable Object> T call(String function, Class<T> resultType, Object... arguments) {
		return this.sandbox.call(function, resultType, arguments);
	}

	@Override
	public <T extends @Nullable Object> T callWithLargeData(String function, Class<T> resultType, Object... data) {
		return this.sandbox.callWithLargeData(function, resultType, data);
	}

	@Override
	public <R, T extends @Nullable Object> T callWithLargeData(String function, Class<R> resultType,
			Function<MemorySegment, T> reader, Object... data) {
		return this.sandbox.callWithLargeData(function, resultType, reader, data);
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(String function, Class<T> resultType,
			Object... arguments) {
		return this.sandbox.callAsync(function, resultType, arguments);
	}

	@Override
	public WasmFunction export(String function) {
		return this.sandbox.export(function);
	}

	@Override
	public <T> T as(Class<T> client) {
		return this.sandbox.as(client);
	}

	@Override
	public SandboxSession openSession() {
		return this.sandbox.openSession();
	}

	@Override
	public SandboxSession openSession(String instanceId) {
		return this.sandbox.openSession(instanceId);
	}

	@Override
	public SandboxSession openSession(SessionOptions options) {
		return this.sandbox.openSession(options);
	}

	@Override
	public WasmSandbox forTenant(String tenant) {
		return this.sandbox.forTenant(tenant);
	}

	@Override
	public void close() {
		this.registry.close();
	}

}
