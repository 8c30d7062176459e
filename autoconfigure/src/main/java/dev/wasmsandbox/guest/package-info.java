/**
 * How the host talks to a guest: memory access and host functions.
 */
@NullMarked
package dev.wasmsandbox.guest;

import org.jspecify.annotations.NullMarked;
