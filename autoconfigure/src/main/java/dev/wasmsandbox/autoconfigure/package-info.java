/**
 * The wiring of sandboxes into a Spring Boot application: properties, beans, and what a
 * failed start says.
 */
@NullMarked
package dev.wasmsandbox.autoconfigure;

import org.jspecify.annotations.NullMarked;
