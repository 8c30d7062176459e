package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * A limit was reached: which one, its value, and what was asked for.
 */
public class SandboxLimitException extends WasmSandboxException {

	/** What happened, without the module's name. */
	private final String what;

	private final String limit;

	private final long value;

	private final long requested;

	public SandboxLimitException(@Nullable String moduleName, @Nullable String functionName, String limit, long value,
			long requested, String message, @Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
		this.what = message;
		this.limit = limit;
		this.value = value;
		this.requested = requested;
	}

	/**
	 * The same with the name of a module, if it names none: for parts that know it where
	 * the one that met the limit does not.
	 */
	public SandboxLimitException in(String module) {
		if (moduleName() != null) {
			return this;
		}
		SandboxLimitException named = new SandboxLimitException(module, functionName(), this.limit, this.value,
				this.requested, this.what, getCause());
		named.setStackTrace(getStackTrace());
		return named;
	}

	/** The property that sets the limit, for example {@code limits.memory}. */
	public String limit() {
		return this.limit;
	}

	/** The value of the limit, in the unit of the property. */
	public long value() {
		return this.value;
	}

	/** What was asked for, in the same unit. */
	public long requested() {
		return this.requested;
	}

}
