package dev.wasmsandbox.client;

import java.util.concurrent.CompletableFuture;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.codec.ValueForm;
import dev.wasmsandbox.error.GuestAbiException;
import org.jspecify.annotations.Nullable;

/**
 * What a method of a generated class calls: a function bound to a sandbox or a session.
 * Public because generated classes lie in other packages; there is no use for it
 * otherwise.
 */
public abstract class ClientFunction {

	private final String moduleName;

	private final String function;

	private final ValueForm[] parameters;

	private final ValueForm result;

	protected ClientFunction(String moduleName, ClientMethod method) {
		this.moduleName = moduleName;
		this.function = method.function();
		this.parameters = method.parameters().toArray(ValueForm[]::new);
		this.result = method.result();
	}

	/**
	 * Calls a function that takes and gives numbers.
	 * @param arguments their bits, in an array that is not used again
	 * @return the bits of the result, in the form of the Java type that was bound
	 */
	public abstract long call(long[] arguments);

	/** Calls any function; the result is in the call. */
	public abstract void call(AbiCall call);

	/** As {@link #call(AbiCall)}, on a thread of the library's. */
	public abstract CompletableFuture<?> callAsync(AbiCall call);

	/**
	 * An argument that is no number, as it is passed.
	 * @throws GuestAbiException if it has no form
	 */
	public final Object encode(int parameter, @Nullable Object value) {
		return this.parameters[parameter].encode(this.moduleName, this.function, parameter, value);
	}

	/**
	 * The bits of an argument that is a number in an object.
	 * @throws GuestAbiException if it is {@code null}
	 */
	public final long number(int parameter, @Nullable Object value) {
		return switch (value) {
			case Boolean truth -> truth ? 1 : 0;
			case Character character -> character;
			case Float number -> Float.floatToRawIntBits(number);
			case Double number -> Double.doubleToRawLongBits(number);
			case Number number -> number.longValue();
			case null, default -> throw new GuestAbiException(this.moduleName, this.function,
					"argument " + (parameter + 1) + ", " + this.parameters[parameter] + ", must not be null", null);
		};
	}

	/**
	 * The result that is no number.
	 * @throws GuestAbiException if the guest's answer is none
	 */
	public final @Nullable Object decode(AbiCall call) {
		return this.result.decode(this.moduleName, this.function, call.result());
	}

	/** The result, whatever it is; numbers boxed. */
	protected final @Nullable Object result(AbiCall call) {
		return this.result.isNumber() ? this.result.box(call.resultBits()) : decode(call);
	}

	/** Whether an answer of 32 bits is {@code true}, as in C. */
	public static boolean isTrue(int bits) {
		return bits != 0;
	}

}
