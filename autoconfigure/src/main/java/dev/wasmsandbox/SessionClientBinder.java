package dev.wasmsandbox;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.BoundFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.client.ClientFunction;
import dev.wasmsandbox.client.ClientMethod;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/** Binds a client to a session: calls share its state and stay on its thread. */
final class SessionClientBinder extends ClientBinder {

	private final SandboxSession session;

	SessionClientBinder(SandboxSession session) {
		super(session.moduleName());
		this.session = session;
	}

	@Override
	ResolvedFunction export(String function) {
		return this.session.resolve(function);
	}

	@Override
	BoundFunction bind(String function, CallShape shape) {
		return this.session.bind(function, shape);
	}

	@Override
	<T extends @Nullable Object> CompletableFuture<T> submit(ClientMethod method, boolean numeric, AbiCall call,
			Supplier<T> result) {
		throw refused(method);
	}

	@Override
	void requireAsync(ClientMethod method) {
		throw refused(method);
	}

	private GuestAbiException refused(ClientMethod method) {
		return new GuestAbiException(this.session.moduleName(), method.function(),
				"a session belongs to the thread that opened it, so it has no calls that return a future; "
						+ "take the client of the sandbox, or an interface without this method",
				null);
	}

	@Override
	ClientFunction direct(ClientMethod method) {
		return new Direct(this.session, method);
	}

	@Override
	boolean exports(String function) {
		return this.session.exports(function);
	}

	/**
	 * Calls an export with numbers as they are. A call takes two nanoseconds, so that
	 * each object on the way would be seen: this holds the guest itself.
	 */
	private static final class Direct extends ClientFunction {

		private final SandboxSession session;

		private final GuestInstance guest;

		private final ModuleExport export;

		private final int index;

		private final SessionWork.Calls calls;

		Direct(SandboxSession session, ClientMethod method) {
			super(session.moduleName(), method);
			this.session = session;
			this.guest = session.guest();
			this.export = ExportedFunctions.resolve(session.moduleName(), this.guest.module(), method.function());
			this.index = this.export.index();
			this.calls = session.calls(method.function());
		}

		@Override
		public long call(long[] arguments) {
			// A copy, so that HotSpot need not make the array for all other calls.
			return this.calls.timesNext() ? callTimed(arguments.clone()) : callCounted(arguments);
		}

		private long callTimed(long[] arguments) {
			long begun = this.calls.begin();
			long result = callCounted(arguments);
			this.calls.timed(begun);
			return result;
		}

		private long callCounted(long[] arguments) {
			try {
				long[] results = this.guest.call(this.export, this.index, arguments);
				this.calls.successes++;
				return (results != null && results.length > 0) ? results[0] : 0;
			}
			catch (WasmSandboxException ex) {
				this.session.failed(this.export.name(), ex);
				throw ex;
			}
		}

		@Override
		public void call(AbiCall call) {
			throw new IllegalStateException("Numbers are not called so");
		}

		@Override
		public CompletableFuture<?> callAsync(AbiCall call) {
			throw new IllegalStateException("A session has no calls on other threads");
		}

	}

}
