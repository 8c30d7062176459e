/**
 * Where modules come from and the cache that keeps them compiled.
 */
@NullMarked
package dev.wasmsandbox.module;

import org.jspecify.annotations.NullMarked;
