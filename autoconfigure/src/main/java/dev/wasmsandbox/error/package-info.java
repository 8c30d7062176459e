/**
 * What can go wrong, as types: one unchecked root and one exception for each kind of
 * failure.
 */
@NullMarked
package dev.wasmsandbox.error;

import org.jspecify.annotations.NullMarked;
