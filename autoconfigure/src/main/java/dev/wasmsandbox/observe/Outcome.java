package dev.wasmsandbox.observe;

/**
 * How a call ended. Each value is also the {@code outcome} tag of the metrics.
 */
public enum Outcome {

	/** The guest returned. */
	SUCCESS,
	/** The guest trapped. */
	TRAP,
	/** The call ran past its time limit. */
	TIMEOUT,
	/** The caller was interrupted or cancelled. */
	INTERRUPTED,
	/** Another limit was reached. */
	LIMIT,
	/** No sandbox was free in time. */
	BUSY,
	/** Wrong function, arguments, results or addresses. */
	ABI,
	/** A capability was missing. */
	SECURITY,
	/** The module could not be instantiated. */
	REJECTED,
	/** Anything else, for example a host function that threw. */
	ERROR

}
