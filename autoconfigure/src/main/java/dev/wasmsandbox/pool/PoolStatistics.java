package dev.wasmsandbox.pool;

/**
 * A pool at one moment.
 *
 * @param leased sandboxes that are in use
 * @param idle memories that are clean and ready
 * @param pending callers that wait for a sandbox
 * @param maxSize the most that may be leased
 */
public record PoolStatistics(int leased, int idle, int pending, int maxSize) {
}
