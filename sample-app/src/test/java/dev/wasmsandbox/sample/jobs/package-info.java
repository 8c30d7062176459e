@NullMarked
package dev.wasmsandbox.sample.jobs;

import org.jspecify.annotations.NullMarked;
