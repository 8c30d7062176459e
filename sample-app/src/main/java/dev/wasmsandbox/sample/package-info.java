/**
 * A small application that runs WebAssembly modules through the starter, as its users
 * would write it.
 */
@NullMarked
package dev.wasmsandbox.sample;

import org.jspecify.annotations.NullMarked;
