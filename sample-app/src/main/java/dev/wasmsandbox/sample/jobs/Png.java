package dev.wasmsandbox.sample.jobs;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

import dev.wasmsandbox.sample.web.InvalidInputException;

import org.springframework.http.HttpStatus;

/**
 * Converts between PNG files and pixels, with the JDK's own codec.
 */
final class Png {

	private static final int[] RGBA = { 0, 1, 2, 3 };

	private Png() {
	}

	/**
	 * Decodes a PNG. Its size is checked before its pixels are, so that a small file
	 * cannot ask for a lot of memory.
	 * @throws InvalidInputException if it is none, is damaged, or has too many pixels
	 */
	static RgbaImage decode(byte[] file, long maxPixels) {
		ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
		try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
			if (!reader.getOriginatingProvider().canDecodeInput(in)) {
				throw notAPng("The upload is not a PNG file. Convert the image to PNG.");
			}
			reader.setInput(in, true, true);
			requireSize(reader.getWidth(0), reader.getHeight(0), maxPixels);
			BufferedImage image = reader.read(0);
			return new RgbaImage(image.getWidth(), image.getHeight(), rgba(image));
		}
		catch (InvalidInputException ex) {
			throw ex;
		}
		catch (IOException | RuntimeException ex) {
			throw notAPng("The PNG file is damaged (" + ex.getMessage() + "). Save it again and retry.");
		}
		finally {
			reader.dispose();
		}
	}

	private static InvalidInputException notAPng(String detail) {
		return new InvalidInputException(HttpStatus.UNPROCESSABLE_CONTENT, "Not a readable PNG", detail);
	}

	/**
	 * Checks that an image of this size can be worked on.
	 * @throws InvalidInputException if not
	 */
	static void requireSize(int width, int height, long maxPixels) {
		long pixels = (long) width * height;
		if (width < 1 || height < 1 || pixels > maxPixels) {
			throw new InvalidInputException(HttpStatus.UNPROCESSABLE_CONTENT, "Image too large", "An image of " + width
					+ " x " + height + " has " + pixels + " pixels; between 1 and " + maxPixels
					+ " fit into the module's limits.memory for this job. Use a smaller image or raise the limit.");
		}
	}

	/**
	 * Gray samples are taken as they are: {@link BufferedImage#getRGB} would take them
	 * for linear light and brighten them.
	 */
	private static byte[] rgba(BufferedImage image) {
		boolean gray = image.getColorModel() instanceof ComponentColorModel model
				&& model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
		return gray ? fromGray(image.getRaster()) : fromColors(image);
	}

	private static byte[] fromColors(BufferedImage image) {
		int width = image.getWidth();
		byte[] pixels = new byte[width * image.getHeight() * 4];
		int[] row = new int[width];
		int at = 0;
		for (int y = 0; y < image.getHeight(); y++) {
			image.getRGB(0, y, width, 1, row, 0, width);
			for (int argb : row) {
				pixels[at++] = (byte) (argb >> 16);
				pixels[at++] = (byte) (argb >> 8);
				pixels[at++] = (byte) argb;
				pixels[at++] = (byte) (argb >> 24);
			}
		}
		return pixels;
	}

	private static byte[] fromGray(Raster raster) {
		int width = raster.getWidth();
		int bands = raster.getNumBands();
		int shift = raster.getSampleModel().getSampleSize(0) - Byte.SIZE;
		byte[] pixels = new byte[width * raster.getHeight() * 4];
		int[] row = new int[width * bands];
		int at = 0;
		for (int y = 0; y < raster.getHeight(); y++) {
			raster.getPixels(0, y, width, 1, row);
			for (int x = 0; x < width; x++) {
				byte value = (byte) (row[x * bands] >> shift);
				pixels[at++] = value;
				pixels[at++] = value;
				pixels[at++] = value;
				pixels[at++] = (bands > 1) ? (byte) (row[x * bands + 1] >> shift) : (byte) 0xff;
			}
		}
		return pixels;
	}

	/** Encodes pixels as a PNG. */
	static byte[] encode(RgbaImage image) {
		DataBufferByte data = new DataBufferByte(image.pixels(), image.pixels().length);
		WritableRaster raster = Raster.createInterleavedRaster(data, image.width(), image.height(), image.width() * 4,
				4, RGBA, null);
		ComponentColorModel colors = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_sRGB), true, false,
				BufferedImage.TRANSLUCENT, DataBuffer.TYPE_BYTE);
		ByteArrayOutputStream file = new ByteArrayOutputStream();
		try (ImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
			ImageIO.write(new BufferedImage(colors, raster, false, null), "png", out);
		}
		catch (IOException ex) {
			throw new IllegalStateException("Writing to memory failed", ex);
		}
		return file.toByteArray();
	}

}
