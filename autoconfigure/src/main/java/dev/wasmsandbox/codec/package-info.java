/**
 * How Java types become what guests' conventions can pass: as they are, or by a codec
 * such as JSON or MessagePack.
 */
@NullMarked
package dev.wasmsandbox.codec;

import org.jspecify.annotations.NullMarked;
