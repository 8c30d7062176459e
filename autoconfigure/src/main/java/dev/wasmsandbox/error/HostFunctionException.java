package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * A host function threw. Its own exception is the cause, also where the function called a
 * sandbox whose host function threw; where more than eight calls lie within one another,
 * the cause is what began it, and those between are only counted.
 */
public class HostFunctionException extends WasmSandboxException {

	private final int callsWithin;

	public HostFunctionException(@Nullable String moduleName, @Nullable String functionName, String message,
			@Nullable Throwable cause) {
		this(moduleName, functionName, message, cause, 0);
	}

	/**
	 * A failure of a call that was made within others.
	 * @param callsWithin see {@link #callsWithin()}
	 */
	public HostFunctionException(@Nullable String moduleName, @Nullable String functionName, String message,
			@Nullable Throwable cause, int callsWithin) {
		super(moduleName, functionName, message, cause);
		this.callsWithin = callsWithin;
	}

	/**
	 * How many calls of sandboxes further in it began; zero where the host function threw
	 * by itself.
	 */
	public int callsWithin() {
		return this.callsWithin;
	}

}
