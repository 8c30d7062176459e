/**
 * Micrometer bindings.
 */
@NullMarked
package dev.wasmsandbox.metrics;

import org.jspecify.annotations.NullMarked;
