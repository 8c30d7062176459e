/**
 * What users of sandboxes in a Spring application touch.
 */
@NullMarked
package dev.wasmsandbox.spring;

import org.jspecify.annotations.NullMarked;
