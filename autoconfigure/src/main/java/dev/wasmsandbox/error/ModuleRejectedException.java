package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * A module that will not be run: malformed, unsupported, over a limit, or with imports
 * nobody supplies. Nothing of it was executed.
 */
public class ModuleRejectedException extends WasmSandboxException {

	private final Reason reason;

	public ModuleRejectedException(@Nullable String moduleName, @Nullable String functionName, Reason reason,
			String message, @Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
		this.reason = reason;
	}

	/** Why it was refused. */
	public Reason reason() {
		return this.reason;
	}

	/** Why a module was refused. */
	public enum Reason {

		/** The source could not be read. */
		UNREADABLE,
		/** Not a WebAssembly module, or one that breaks the format's rules. */
		MALFORMED,
		/** A well-formed module that uses something this engine does not run. */
		UNSUPPORTED,
		/** Larger than a limit allows. */
		OVER_LIMIT,
		/** Needs imports that no host function supplies. */
		UNRESOLVED_IMPORTS,
		/**
		 * Failed while it was instantiated, for example by a trap in its start function.
		 */
		INSTANTIATION_FAILED

	}

}
