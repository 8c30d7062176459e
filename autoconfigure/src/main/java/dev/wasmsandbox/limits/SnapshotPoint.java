package dev.wasmsandbox.limits;

/**
 * When the state is taken that every sandbox of a module starts with.
 */
public enum SnapshotPoint {

	/** After instantiation: every sandbox runs the start function itself. */
	NONE,
	/** After the start function, which then runs once for all. */
	AFTER_START,
	/** After the start function and the warm-up calls. */
	AFTER_WARM_UP

}
