package dev.wasmsandbox.pool;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Whether a pool can give sandboxes. A pool that is busy can.
 *
 * @param serving whether it can
 * @param closed whether it cannot because its module was unloaded, which is no failure
 * @param lastError why a sandbox could not be had the last time that one could not, also
 * if they can be had again; {@code null} if that never happened
 * @param lastErrorAt when that was
 */
public record PoolHealth(boolean serving, boolean closed, @Nullable String lastError, @Nullable Instant lastErrorAt) {
}
