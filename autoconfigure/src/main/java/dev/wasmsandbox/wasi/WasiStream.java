package dev.wasmsandbox.wasi;

/**
 * Where a guest's output stream goes. In each case what it writes counts towards
 * {@code wasi.limits.output}.
 */
public enum WasiStream {

	/** Nowhere. */
	DISCARD,
	/** Line by line to the log, control characters replaced. */
	LOG,
	/** To whoever holds the session. */
	CAPTURE

}
