package dev.wasmsandbox.error;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A call ran past {@code limits.call-timeout} and was stopped. The instance is discarded.
 */
public class SandboxTimeoutException extends WasmSandboxException {

	private final Duration timeout;

	public SandboxTimeoutException(@Nullable String moduleName, @Nullable String functionName, Duration timeout,
			String message, @Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
		this.timeout = timeout;
	}

	/** The limit that was passed. */
	public Duration timeout() {
		return this.timeout;
	}

}
