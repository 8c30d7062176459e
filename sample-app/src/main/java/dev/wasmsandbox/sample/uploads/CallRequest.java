package dev.wasmsandbox.sample.uploads;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A call as clients ask for it.
 *
 * @param function the name of an exported function
 * @param arguments one for each parameter: numbers, or text that {@link Values} reads;
 * none if left out
 */
record CallRequest(@Nullable String function, @Nullable List<@Nullable Object> arguments) {
}
