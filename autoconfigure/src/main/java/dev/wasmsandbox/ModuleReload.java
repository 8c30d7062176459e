package dev.wasmsandbox;

/**
 * A module whose version was replaced. Immutable.
 *
 * @param before the version that was in service
 * @param after the version that is
 */
public record ModuleReload(ModuleInfo before, ModuleInfo after) {
}
