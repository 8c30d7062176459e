package dev.wasmsandbox.error;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A call ran past {@code limits.call-timeout} and was stopped, its instance discarded; or
 * a module was not compiled within {@code wasm.compile.timeout}.
 */
public class SandboxTimeoutException extends WasmSandboxException {

	private final String limit;

	private final Duration timeout;

	public SandboxTimeoutException(@Nullable String moduleName, @Nullable String functionName, Duration timeout,
			String message, @Nullable Throwable cause) {
		this(moduleName, functionName, "limits.call-timeout", timeout, message, cause);
	}

	/**
	 * As above, for another limit.
	 * @param limit see {@link #limit()}
	 */
	public SandboxTimeoutException(@Nullable String moduleName, @Nullable String functionName, String limit,
			Duration timeout, String message, @Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
		this.limit = limit;
		this.timeout = timeout;
	}

	/**
	 * The property that sets the limit: {@code limits.call-timeout} of the module, or
	 * {@code wasm.compile.timeout}.
	 */
	public String limit() {
		return this.limit;
	}

	/** The limit that was passed. */
	public Duration timeout() {
		return this.timeout;
	}

}
