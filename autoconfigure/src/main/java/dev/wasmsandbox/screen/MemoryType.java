package dev.wasmsandbox.screen;

/**
 * The size a module declares for its linear memory, in pages of 64 KiB.
 *
 * @param initialPages the size it starts with
 * @param maximumPages the largest size it may grow to; 65,536 where none is declared
 * @param imported whether the module imports the memory instead of defining it
 */
public record MemoryType(long initialPages, long maximumPages, boolean imported) {
}
