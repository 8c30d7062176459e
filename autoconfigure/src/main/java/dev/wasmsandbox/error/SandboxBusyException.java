package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * No sandbox became free within {@code pool.max-wait}, or none ever would because the
 * caller itself holds them: back-pressure, try again later.
 */
public class SandboxBusyException extends WasmSandboxException {

	public SandboxBusyException(@Nullable String moduleName, @Nullable String functionName, String message,
			@Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
	}

}
