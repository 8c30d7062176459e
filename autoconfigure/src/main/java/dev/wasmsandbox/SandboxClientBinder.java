package dev.wasmsandbox;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.BoundFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.client.ClientFunction;
import dev.wasmsandbox.client.ClientMethod;
import org.jspecify.annotations.Nullable;

/** Binds a client to a sandbox: each call runs in a clean instance, from any thread. */
final class SandboxClientBinder extends ClientBinder {

	private final DefaultWasmSandbox sandbox;

	SandboxClientBinder(DefaultWasmSandbox sandbox) {
		super(sandbox.name());
		this.sandbox = sandbox;
	}

	@Override
	ResolvedFunction export(String function) {
		return this.sandbox.export(function);
	}

	@Override
	BoundFunction bind(String function, CallShape shape) {
		return this.sandbox.bind(function, shape);
	}

	@Override
	<T extends @Nullable Object> CompletableFuture<T> submit(ClientMethod method, boolean numeric, AbiCall call,
			Supplier<T> result) {
		CallShape shape = method.shape();
		return this.sandbox.submit(method.function(), () -> {
			AsyncArguments.requireReadable(this.sandbox.name(), method, call);
			return (async) -> {
				this.sandbox.run(method.function(), shape, numeric, call, async);
				return result.get();
			};
		});
	}

	@Override
	void requireAsync(ClientMethod method) {
		// Any thread may call.
	}

	@Override
	@Nullable ClientFunction direct(ClientMethod method) {
		return null;
	}

	@Override
	boolean exports(String function) {
		return this.sandbox.exports(function);
	}

}
