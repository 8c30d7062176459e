/**
 * WASI preview 1 for guests, granted piece by piece: arguments, environment, clocks,
 * random numbers, streams and directories. What is not granted answers with an error
 * number.
 */
@NullMarked
package dev.wasmsandbox.wasi;

import org.jspecify.annotations.NullMarked;
