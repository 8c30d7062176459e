/**
 * Values that say what a module may use. Everyone passes them, nobody changes them.
 */
@NullMarked
package dev.wasmsandbox.limits;

import org.jspecify.annotations.NullMarked;
