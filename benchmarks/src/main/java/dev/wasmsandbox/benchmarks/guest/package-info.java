/**
 * The guests of the benchmarks, and the plain engine they are compared with.
 */
@NullMarked
package dev.wasmsandbox.benchmarks.guest;

import org.jspecify.annotations.NullMarked;
