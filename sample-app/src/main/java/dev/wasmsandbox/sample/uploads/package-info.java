/**
 * Bring your own module: anyone may upload one and call it. Only in the profile
 * {@code demo}.
 */
@NullMarked
package dev.wasmsandbox.sample.uploads;

import org.jspecify.annotations.NullMarked;
