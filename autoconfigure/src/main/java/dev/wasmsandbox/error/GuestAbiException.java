package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * Host and guest do not understand each other: an unknown function, a wrong number or
 * type of arguments or results, or an address outside the guest's memory.
 */
public class GuestAbiException extends WasmSandboxException {

	public GuestAbiException(@Nullable String moduleName, @Nullable String functionName, String message,
			@Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
	}

}
