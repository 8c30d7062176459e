package dev.wasmsandbox;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.BoundFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.abi.Widening;
import dev.wasmsandbox.client.ClientFunction;
import dev.wasmsandbox.client.ClientMethod;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.screen.FunctionSignature;
import org.jspecify.annotations.Nullable;

/**
 * Binds the methods of a client to functions of a sandbox or a session. One that passes
 * numbers only, to an export that takes them so, is called with their bits; all others go
 * through the module's convention. What is bound follows the module when it is reloaded,
 * because functions are named, and resolved where they are called.
 */
abstract class ClientBinder {

	private final String moduleName;

	ClientBinder(String moduleName) {
		this.moduleName = moduleName;
	}

	/**
	 * Resolves an export.
	 * @throws GuestAbiException if there is none
	 */
	abstract ResolvedFunction export(String function);

	/**
	 * Resolves a function by the module's convention.
	 * @throws GuestAbiException if it has none for such values
	 */
	abstract BoundFunction bind(String function, CallShape shape);

	/**
	 * Runs a call on a thread of the library's.
	 * @param numeric whether it goes to an export with the bits as they are
	 * @param result what the future is completed with, once the result is in the call
	 */
	abstract <T extends @Nullable Object> CompletableFuture<T> submit(ClientMethod method, boolean numeric,
			AbiCall call, Supplier<T> result);

	/**
	 * Checks that calls may run on other threads.
	 * @throws GuestAbiException with the reason if they may not
	 */
	abstract void requireAsync(ClientMethod method);

	/**
	 * A shorter way to an export whose numbers are passed as they are; {@code null} if
	 * there is none.
	 */
	abstract @Nullable ClientFunction direct(ClientMethod method);

	/** Whether the module exports a function. */
	abstract boolean exports(String function);

	/**
	 * Binds a method.
	 * @throws GuestAbiException if the module has no such function
	 */
	final ClientFunction bind(ClientMethod method) {
		if (method.async()) {
			requireAsync(method);
		}
		CallShape shape = method.shape();
		if (shape.isNumeric() && exports(method.function())) {
			ResolvedFunction export = export(method.function());
			Widening[] widenings = widenings(export.signature(), shape);
			if (widenings != null) {
				boolean exact = Arrays.stream(widenings).allMatch((widening) -> widening == Widening.NONE);
				ClientFunction direct = exact ? direct(method) : null;
				return (direct != null) ? direct : new Numeric(this, method, export, exact ? null : widenings);
			}
		}
		return new Typed(this, method, bind(method.function(), shape));
	}

	/**
	 * Those of the arguments, and that of the result last; {@code null} if any is lossy.
	 */
	private static Widening @Nullable [] widenings(FunctionSignature signature, CallShape shape) {
		int count = shape.parameters().size();
		if (signature.parameters().size() != count) {
			return null;
		}
		Widening[] widenings = new Widening[count + 1];
		for (int i = 0; i < count; i++) {
			widenings[i] = Widening.argument(shape.parameters().get(i), signature.parameters().get(i));
		}
		widenings[count] = Widening.NONE;
		if (shape.result() != ValueKind.NONE) {
			if (signature.results().size() != 1) {
				return null;
			}
			Widening widening = Widening.result(signature.results().getFirst(), shape.result());
			// An int is cut out of its bits by whoever wants one.
			widenings[count] = (shape.result() == ValueKind.I32 && widening != Widening.IMPOSSIBLE) ? Widening.NONE
					: widening;
		}
		return Arrays.asList(widenings).contains(Widening.IMPOSSIBLE) ? null : widenings;
	}

	/** Calls an export with numbers. */
	private static final class Numeric extends ClientFunction {

		private final ClientBinder binder;

		private final ClientMethod method;

		private final ResolvedFunction export;

		private final boolean returns;

		/** {@code null} where all bits are passed as they are. */
		private final Widening @Nullable [] widenings;

		Numeric(ClientBinder binder, ClientMethod method, ResolvedFunction export, Widening @Nullable [] widenings) {
			super(binder.moduleName, method);
			this.binder = binder;
			this.method = method;
			this.export = export;
			this.returns = method.shape().result() != ValueKind.NONE;
			this.widenings = widenings;
		}

		@Override
		public long call(long[] arguments) {
			if (this.widenings != null) {
				widen(this.widenings, arguments);
			}
			long[] results = this.export.invokeRaw(arguments);
			if (!this.returns) {
				return 0;
			}
			long bits = Objects.requireNonNull(results)[0];
			return (this.widenings != null) ? this.widenings[arguments.length].apply(bits) : bits;
		}

		private static void widen(Widening[] widenings, long[] arguments) {
			for (int i = 0; i < arguments.length; i++) {
				arguments[i] = widenings[i].apply(arguments[i]);
			}
		}

		@Override
		public void call(AbiCall call) {
			long[] arguments = new long[call.size()];
			for (int i = 0; i < arguments.length; i++) {
				arguments[i] = call.number(i);
			}
			call.answer(call(arguments));
		}

		@Override
		public CompletableFuture<?> callAsync(AbiCall call) {
			Widening[] own = this.widenings;
			if (own != null) {
				for (int i = 0; i < call.size(); i++) {
					call.number(i, own[i].apply(call.number(i)));
				}
			}
			return this.binder.submit(this.method, true, call, () -> {
				if (own != null) {
					call.answer(own[call.size()].apply(call.resultBits()));
				}
				return result(call);
			});
		}

	}

	/** Calls a function by the module's convention. */
	private static final class Typed extends ClientFunction {

		private final ClientBinder binder;

		private final ClientMethod method;

		private final BoundFunction bound;

		Typed(ClientBinder binder, ClientMethod method, BoundFunction bound) {
			super(binder.moduleName, method);
			this.binder = binder;
			this.method = method;
			this.bound = bound;
		}

		/** Numbers that only a convention can pass, to a name that only it knows. */
		@Override
		public long call(long[] arguments) {
			AbiCall call = new AbiCall(arguments.length);
			for (int i = 0; i < arguments.length; i++) {
				call.number(i, arguments[i]);
			}
			this.bound.call(call);
			return call.resultBits();
		}

		@Override
		public void call(AbiCall call) {
			this.bound.call(call);
		}

		@Override
		public CompletableFuture<?> callAsync(AbiCall call) {
			return this.binder.submit(this.method, false, call, () -> result(call));
		}

	}

}
