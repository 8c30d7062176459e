@NullMarked
package dev.wasmsandbox.sample;

import org.jspecify.annotations.NullMarked;
