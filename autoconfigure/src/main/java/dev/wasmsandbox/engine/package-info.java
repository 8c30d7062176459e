/**
 * The only package that knows the WebAssembly engine; no type of the engine leaves it.
 */
@NullMarked
package dev.wasmsandbox.engine;

import org.jspecify.annotations.NullMarked;
