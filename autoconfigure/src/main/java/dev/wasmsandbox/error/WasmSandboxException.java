package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything this library throws on purpose. Its message says what happened,
 * in which module and function, and what to do about it; it is one line without control
 * characters and of bounded length, whatever names and texts of guests it shows.
 */
public class WasmSandboxException extends RuntimeException {

	private final @Nullable String moduleName;

	private final @Nullable String functionName;

	public WasmSandboxException(@Nullable String moduleName, @Nullable String functionName, String message) {
		this(moduleName, functionName, message, null);
	}

	public WasmSandboxException(@Nullable String moduleName, @Nullable String functionName, String message,
			@Nullable Throwable cause) {
		super(GuestText.message(where(moduleName, functionName) + message), cause);
		this.moduleName = moduleName;
		this.functionName = functionName;
	}

	/** The module it happened in, or {@code null} where no module was involved yet. */
	public @Nullable String moduleName() {
		return this.moduleName;
	}

	/**
	 * The exported function that was called, as the caller named it, or {@code null}
	 * outside a call.
	 */
	public @Nullable String functionName() {
		return this.functionName;
	}

	private static String where(@Nullable String module, @Nullable String function) {
		if (module == null) {
			return "";
		}
		String named = "Module '" + GuestText.name(module) + "'";
		return (function != null) ? named + ", function '" + GuestText.name(function) + "': " : named + ": ";
	}

}
