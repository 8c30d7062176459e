/**
 * Takes samples, alternates the compared things, runs forks and writes results. Knows no
 * benchmark and nothing of WebAssembly.
 */
@NullMarked
package dev.wasmsandbox.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
