package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * A limit was reached: which one, its value, and what was asked for.
 */
public class SandboxLimitException extends WasmSandboxException {

	private final String limit;

	private final long value;

	private final long requested;

	public SandboxLimitException(@Nullable String moduleName, @Nullable String functionName, String limit, long value,
			long requested, String message, @Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
		this.limit = limit;
		this.value = value;
		this.requested = requested;
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
