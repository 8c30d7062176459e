package dev.wasmsandbox.compile;

/** How a module's functions are run. */
public enum CodeTier {

	/** Compiled to JVM byte code before the first call; HotSpot compiles that further. */
	AHEAD_OF_TIME

}
