package dev.wasmsandbox;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.screen.FunctionSignature;
import org.jspecify.annotations.Nullable;

/**
 * An exported function, resolved once. One from a {@link WasmSandbox} is thread-safe and
 * runs each call in a clean instance; one from a {@link SandboxSession} runs in that
 * session and on its thread.
 *
 * <p>
 * The {@code callInt}, {@code callLong} and {@code callDouble} methods box nothing. They
 * take functions whose parameters and single result all have that type, and throw
 * {@link GuestAbiException} for any other before the guest runs.
 */
public interface WasmFunction {

	/** The name of the export. */
	String name();

	/** What it takes and returns. */
	FunctionSignature signature();

	/** Calls it as {@link WasmSandbox#call} does. */
	<T extends @Nullable Object> T call(Class<T> resultType, Object... arguments);

	/**
	 * Calls it with raw values: an {@code i32} in the lower half, floats as their bits.
	 * @param arguments one for each parameter
	 * @return the results in the same form, an empty array for none
	 */
	long[] callRaw(long... arguments);

	int callInt();

	int callInt(int a);

	int callInt(int a, int b);

	int callInt(int a, int b, int c);

	int callInt(int a, int b, int c, int d);

	long callLong();

	long callLong(long a);

	long callLong(long a, long b);

	double callDouble();

	double callDouble(double a);

	double callDouble(double a, double b);

}
