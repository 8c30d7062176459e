package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * A guest reached for something that was not granted to it.
 */
public class SecurityViolationException extends WasmSandboxException {

	public SecurityViolationException(@Nullable String moduleName, @Nullable String functionName, String message,
			@Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
	}

}
