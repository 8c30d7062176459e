/**
 * The adaptive tuner. Its core is pure: samples in, one decision out, no clock, threads
 * or input and output; a scheduler around it measures and sets.
 */
@NullMarked
package dev.wasmsandbox.tuning;

import org.jspecify.annotations.NullMarked;
