package dev.wasmsandbox.engine;

/** Why a running guest is stopped from outside. */
enum StopReason {

	TIMEOUT, INTERRUPTED, CANCELLED

}
