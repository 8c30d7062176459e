package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * A host function threw. Its own exception is the cause.
 */
public class HostFunctionException extends WasmSandboxException {

	public HostFunctionException(@Nullable String moduleName, @Nullable String functionName, String message,
			@Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
	}

}
