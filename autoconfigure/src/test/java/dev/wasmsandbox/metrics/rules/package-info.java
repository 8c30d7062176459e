@NullMarked
package dev.wasmsandbox.metrics.rules;

import org.jspecify.annotations.NullMarked;
