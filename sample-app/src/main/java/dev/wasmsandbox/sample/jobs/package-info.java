/**
 * Jobs that modules of the application do: arithmetic, text, hashes and images.
 */
@NullMarked
package dev.wasmsandbox.sample.jobs;

import org.jspecify.annotations.NullMarked;
