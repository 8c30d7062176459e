/**
 * Native address ranges that hold the linear memory of sandboxes.
 */
@NullMarked
package dev.wasmsandbox.memory;

import org.jspecify.annotations.NullMarked;
