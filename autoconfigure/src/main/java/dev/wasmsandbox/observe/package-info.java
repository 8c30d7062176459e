/**
 * What the parts report about themselves, as plain values and interfaces without a
 * metrics library.
 */
@NullMarked
package dev.wasmsandbox.observe;

import org.jspecify.annotations.NullMarked;
