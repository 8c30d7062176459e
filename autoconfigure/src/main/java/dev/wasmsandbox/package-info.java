/**
 * The library's face: sandboxes, sessions, functions and the registry that holds them.
 */
@NullMarked
package dev.wasmsandbox;

import org.jspecify.annotations.NullMarked;
