/**
 * The classes that are made for typed clients: one for each interface, whose methods call
 * bound functions without reflection, and without boxing where only numbers are passed.
 */
@NullMarked
package dev.wasmsandbox.client;

import org.jspecify.annotations.NullMarked;
