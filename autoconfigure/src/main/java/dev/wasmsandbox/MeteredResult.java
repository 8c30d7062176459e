package dev.wasmsandbox;

import org.jspecify.annotations.Nullable;

/**
 * The result of a call and the work it took.
 *
 * @param result the result
 * @param fuel the units of work, as {@code limits.fuel} counts them: the same for the
 * same module and the same input
 */
public record MeteredResult<T extends @Nullable Object>(T result, long fuel) {
}
