/**
 * Modules in the tests of users, with JUnit Jupiter.
 */
@NullMarked
package dev.wasmsandbox.test;

import org.jspecify.annotations.NullMarked;
