package dev.wasmsandbox.error;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A module that will not be run: malformed, unsupported, over a limit, or with imports
 * nobody supplies. Nothing of it was executed.
 */
public class ModuleRejectedException extends WasmSandboxException {

	private final Reason reason;

	private final @Nullable String property;

	private final @Nullable LimitPassed limit;

	public ModuleRejectedException(@Nullable String moduleName, @Nullable String functionName, Reason reason,
			String message, @Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
		this.reason = reason;
		this.property = null;
		this.limit = null;
	}

	/**
	 * A module that a property does not fit.
	 * @param property see {@link #property()}
	 */
	public ModuleRejectedException(@Nullable String moduleName, @Nullable String functionName, Reason reason,
			String property, String message, @Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
		this.reason = reason;
		this.property = property;
		this.limit = null;
	}

	/** A module that is over a limit. */
	public ModuleRejectedException(@Nullable String moduleName, LimitPassed limit, String message) {
		super(moduleName, null, message, null);
		this.reason = Reason.OVER_LIMIT;
		this.property = limit.name();
		this.limit = limit;
	}

	/** Why it was refused. */
	public Reason reason() {
		return this.reason;
	}

	/**
	 * The property to change, where it is not the module itself that is wrong: without
	 * the module's prefix, such as {@code wasi.enabled}, or beginning with {@code wasm.}
	 * where it is one for all modules.
	 */
	public Optional<String> property() {
		return Optional.ofNullable(this.property);
	}

	/** The limit it is over, where {@link #reason} is {@link Reason#OVER_LIMIT}. */
	public Optional<LimitPassed> limit() {
		return Optional.ofNullable(this.limit);
	}

	/**
	 * A limit that a module is over.
	 *
	 * @param name the property that sets it, as {@link #property()} names it, such as
	 * {@code limits.module.functions}
	 * @param value what it allows
	 * @param asked what the module has or wants, as far as it was read
	 */
	public record LimitPassed(String name, long value, long asked) {
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
		INSTANTIATION_FAILED,
		/**
		 * Lacks exports of the version whose place it was to take.
		 */
		INCOMPATIBLE_EXPORTS,
		/**
		 * Cannot follow the convention that was chosen for it, or follows none that a
		 * setting is for.
		 */
		UNFIT_FOR_ABI

	}

}
