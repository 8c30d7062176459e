package dev.wasmsandbox.sample.uploads;

import java.util.List;

/**
 * What a call returned.
 *
 * @param results one for each result: an {@code i64} as text, since JavaScript's numbers
 * end at 53 bits, and so are NaN and the infinities; everything else as a number
 * @param types the types of the results
 * @param nanos how long the call took, with its clean sandbox and its waiting for one
 */
record CallResult(List<Object> results, List<String> types, long nanos) {
}
