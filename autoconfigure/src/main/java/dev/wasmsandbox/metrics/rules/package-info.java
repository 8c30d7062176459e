/**
 * The reasons to recommend something, one class each.
 */
@NullMarked
package dev.wasmsandbox.metrics.rules;

import org.jspecify.annotations.NullMarked;
