/**
 * The Actuator endpoint of the sandboxes.
 */
@NullMarked
package dev.wasmsandbox.actuate;

import org.jspecify.annotations.NullMarked;
