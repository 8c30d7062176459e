package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * The guest ended itself by WASI's {@code proc_exit}, in a call that cannot answer then.
 * Code 0 out of {@code _start} is a normal end and not told by this.
 */
public class GuestExitException extends SandboxTrapException {

	/** How much of the error stream, its end, goes into the message. */
	private static final int SHOWN = 500;

	private final int exitCode;

	public GuestExitException(@Nullable String moduleName, @Nullable String functionName, int exitCode) {
		super(moduleName, functionName, TrapKind.EXIT, "the guest ended itself with exit code "
				+ Integer.toUnsignedString(exitCode) + "; what it wrote to its error stream may say why", null);
		this.exitCode = exitCode;
	}

	/**
	 * An end whose reason the guest has written down.
	 * @param stderr what it wrote to its error stream, whole
	 */
	public GuestExitException(@Nullable String moduleName, @Nullable String functionName, int exitCode, String stderr) {
		super(moduleName, functionName, TrapKind.EXIT,
				"the guest ended itself with exit code " + Integer.toUnsignedString(exitCode)
						+ (stderr.isBlank() ? "; it wrote nothing to its error stream"
								: "; the end of its error stream is: " + GuestText.end(stderr.strip(), SHOWN)),
				null);
		this.exitCode = exitCode;
	}

	/** What it passed to {@code proc_exit}. */
	public int exitCode() {
		return this.exitCode;
	}

}
