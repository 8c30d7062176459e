/**
 * Leases sandboxes to callers, within bounds.
 */
@NullMarked
package dev.wasmsandbox.pool;

import org.jspecify.annotations.NullMarked;
