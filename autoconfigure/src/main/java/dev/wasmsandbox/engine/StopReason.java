package dev.wasmsandbox.engine;

/** Why a running guest is stopped from outside. */
enum StopReason {

	TIMEOUT, INTERRUPTED, CANCELLED,
	/** A call ran out of time that made this one from a host function. */
	OUTER_TIMEOUT,
	/** The call used up its fuel. Never stored: the code finds it out itself. */
	FUEL

}
