package dev.wasmsandbox.pool;

/**
 * The bounds of a pool at one moment, which may have been changed since it was
 * configured. Immutable.
 *
 * @param maxSize the most sandboxes that may be leased
 * @param minIdle how many idle sandboxes are kept ready
 * @param minResident how many idle sandboxes keep their memory pages
 */
public record PoolBounds(int maxSize, int minIdle, int minResident) {
}
