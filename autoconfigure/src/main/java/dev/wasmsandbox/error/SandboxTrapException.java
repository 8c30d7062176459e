package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * The guest trapped: its own fault. The instance that trapped is discarded.
 */
public class SandboxTrapException extends WasmSandboxException {

	private final TrapKind kind;

	public SandboxTrapException(@Nullable String moduleName, @Nullable String functionName, TrapKind kind,
			String message, @Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
		this.kind = kind;
	}

	/** What kind of trap it was. */
	public TrapKind kind() {
		return this.kind;
	}

}
