package dev.wasmsandbox.sample.jobs;

/**
 * An image as the module {@code image} takes it: four bytes a pixel (red, green, blue,
 * alpha), row by row without gaps.
 *
 * @param width in pixels
 * @param height in pixels
 * @param pixels {@code width * height * 4} bytes
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record RgbaImage(int width, int height, byte[] pixels) {
}
