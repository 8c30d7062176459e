/**
 * The benchmarks, and the program that runs them by name.
 *
 * <p>
 * <b>Why not JMH alone.</b> JMH measures one method at a time in wall-clock time: two
 * compared methods run minutes apart in different JVMs, and on a shared machine the noise
 * between them is larger than many of the differences of interest. Nearly all figures
 * here are ratios, so the harness takes its samples in pairs, one after the other in the
 * same JVM, makes one ratio of each pair, and counts CPU time, which other programs on
 * the machine disturb less. What JMH is right about is kept: fresh JVMs (forks), warm-up
 * before measuring, every answer is used and checked, so that no call can be optimised
 * away. {@link dev.wasmsandbox.benchmarks.HeldCallJmh} takes one figure with JMH as well,
 * as a check on the harness.
 */
@NullMarked
package dev.wasmsandbox.benchmarks;

import org.jspecify.annotations.NullMarked;
