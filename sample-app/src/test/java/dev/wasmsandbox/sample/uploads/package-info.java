@NullMarked
package dev.wasmsandbox.sample.uploads;

import org.jspecify.annotations.NullMarked;
