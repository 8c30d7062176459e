/**
 * How values that are no numbers travel between host and guests: the conventions of the
 * toolchains and plug-in systems, and the interface for more of them.
 */
@NullMarked
package dev.wasmsandbox.abi;

import org.jspecify.annotations.NullMarked;
