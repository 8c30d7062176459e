package dev.wasmsandbox.sample.jobs;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.sample.web.InvalidInputException;
import dev.wasmsandbox.spring.WasmModule;

import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Service;

/**
 * Has images worked on by the module {@code image}. Takes and returns PNG files; the
 * guest sees pixels only.
 */
@Service
class ImageService {

	private static final int BYTES_PER_PIXEL = 4;

	private static final long LARGEST_FILE = 32L << 20;

	private static final int LARGEST_RADIUS = 0xffff;

	private static final int LARGEST_SIDE = 0xffff;

	private final WasmSandbox image;

	ImageService(@WasmModule("image") WasmSandbox image) {
		this.image = image;
	}

	/** The largest file in bytes; its pixels are checked for themselves. */
	long limit() {
		return Math.min(LARGEST_FILE, GuestBuffer.capacity(this.image));
	}

	byte[] grayscale(byte[] png) {
		RgbaImage source = Png.decode(png, maxPixels(1));
		try (SandboxSession session = this.image.openSession()) {
			GuestBuffer pixels = GuestBuffer.copyOf(session, source.pixels());
			session.call("grayscale", void.class, pixels.address(), source.width(), source.height());
			return result(pixels, source.width(), source.height());
		}
	}

	byte[] blur(byte[] png, int radius) {
		require("radius", radius, 0, LARGEST_RADIUS);
		RgbaImage source = Png.decode(png, maxPixels(2));
		try (SandboxSession session = this.image.openSession()) {
			GuestBuffer pixels = GuestBuffer.copyOf(session, source.pixels());
			requireSuccess(session.call("box_blur", int.class, pixels.address(), pixels.address(), source.width(),
					source.height(), radius));
			return result(pixels, source.width(), source.height());
		}
	}

	byte[] resize(byte[] png, int width, int height) {
		require("width", width, 1, LARGEST_SIDE);
		require("height", height, 1, LARGEST_SIDE);
		Png.requireSize(width, height, maxPixels(1));
		RgbaImage source = Png.decode(png, maxPixels(1) - (long) width * height);
		try (SandboxSession session = this.image.openSession()) {
			GuestBuffer from = GuestBuffer.copyOf(session, source.pixels());
			GuestBuffer to = GuestBuffer.allocate(session, width * height * BYTES_PER_PIXEL);
			requireSuccess(session.call("resize", int.class, from.address(), source.width(), source.height(),
					to.address(), width, height));
			from.free();
			return result(to, width, height);
		}
	}

	/** How many pixels an image may have of which the guest holds so many copies. */
	private long maxPixels(int copies) {
		return GuestBuffer.capacity(this.image) / ((long) BYTES_PER_PIXEL * copies);
	}

	private static byte[] result(GuestBuffer pixels, int width, int height) {
		byte[] png = Png.encode(new RgbaImage(width, height, pixels.bytes()));
		pixels.free();
		return png;
	}

	private static void require(String name, int value, int least, int most) {
		if (value < least || value > most) {
			throw new InvalidInputException(HttpStatus.BAD_REQUEST, "Number out of range",
					name + " must be between " + least + " and " + most + ", but is " + value + ".");
		}
	}

	private static void requireSuccess(int status) {
		if (status != 0) {
			throw new InvalidInputException(HttpStatus.UNPROCESSABLE_CONTENT, "Image refused by the module",
					"The module 'image' " + ((status == 2) ? "has no memory left" : "does not take these arguments")
							+ ". Use a smaller image.");
		}
	}

}
