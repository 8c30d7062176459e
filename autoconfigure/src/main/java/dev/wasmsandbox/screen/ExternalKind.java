package dev.wasmsandbox.screen;

/**
 * The kinds of things a module imports and exports.
 */
public enum ExternalKind {

	FUNCTION, TABLE, MEMORY, GLOBAL, TAG

}
