package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * The calling thread was interrupted, or the asynchronous call was cancelled, while it
 * waited or while the guest ran. The interrupt status of the thread stays set.
 */
public class SandboxInterruptedException extends WasmSandboxException {

	public SandboxInterruptedException(@Nullable String moduleName, @Nullable String functionName, String message,
			@Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
	}

}
