/**
 * Reads the WebAssembly binary format before the engine sees it and says what a module
 * is.
 */
@NullMarked
package dev.wasmsandbox.screen;

import org.jspecify.annotations.NullMarked;
