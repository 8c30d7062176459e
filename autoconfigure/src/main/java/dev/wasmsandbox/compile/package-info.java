/**
 * Turns screened modules into code.
 */
@NullMarked
package dev.wasmsandbox.compile;

import org.jspecify.annotations.NullMarked;
