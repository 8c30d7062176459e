/**
 * What benchmarks need of the engine and its package shows to nobody.
 */
@NullMarked
package dev.wasmsandbox.engine;

import org.jspecify.annotations.NullMarked;
