package dev.wasmsandbox.screen;

/**
 * A section of a module, in the order of the binary.
 *
 * @param name its name in the specification, or {@code custom} for all custom sections
 * @param bytes the length of its content
 */
public record SectionInfo(String name, int bytes) {
}
