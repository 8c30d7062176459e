package dev.wasmsandbox.sample.jobs;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

import javax.imageio.ImageIO;

import dev.wasmsandbox.sample.web.InvalidInputException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PngTest {

	@Test
	void grayOf16Bits() throws IOException {
		BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
		image.getRaster().setSample(0, 0, 0, 0x80ff);
		image.getRaster().setSample(1, 0, 0, 0xffff);
		assertThat(pixels(image)).containsExactly(0x80, 0x80, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff);
	}

	@Test
	void grayWithAlpha() throws IOException {
		ComponentColorModel model = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_GRAY), true, false,
				BufferedImage.TRANSLUCENT, DataBuffer.TYPE_BYTE);
		BufferedImage image = new BufferedImage(model, model.createCompatibleWritableRaster(1, 1), false, null);
		image.getRaster().setPixel(0, 0, new int[] { 0x40, 0x90 });
		assertThat(pixels(image)).containsExactly(0x40, 0x40, 0x40, 0x90);
	}

	@Test
	void palette() throws IOException {
		IndexColorModel model = new IndexColorModel(1, 2, bytes(1, 2), bytes(3, 4), bytes(5, 6));
		BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY, model);
		image.getRaster().setSample(1, 0, 0, 1);
		assertThat(pixels(image)).containsExactly(1, 3, 5, 0xff, 2, 4, 6, 0xff);
	}

	@Test
	void decodesWhatItEncodes() {
		byte[] pixels = bytes(1, 2, 3, 4, 250, 251, 252, 253);
		assertThat(Png.decode(Png.encode(new RgbaImage(1, 2, pixels)), 2).pixels()).isEqualTo(pixels);
	}

	@Test
	void countsThePixelsFirst() {
		byte[] file = Png.encode(new RgbaImage(3, 1, new byte[12]));
		assertThat(Png.decode(file, 3).width()).isEqualTo(3);
		assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> Png.decode(file, 2))
			.withMessageContaining("3 x 1");
	}

	private static int[] pixels(BufferedImage image) throws IOException {
		ByteArrayOutputStream file = new ByteArrayOutputStream();
		ImageIO.write(image, "png", file);
		byte[] pixels = Png.decode(file.toByteArray(), 100).pixels();
		int[] unsigned = new int[pixels.length];
		for (int i = 0; i < unsigned.length; i++) {
			unsigned[i] = Byte.toUnsignedInt(pixels[i]);
		}
		return unsigned;
	}

	private static byte[] bytes(int... values) {
		byte[] bytes = new byte[values.length];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) values[i];
		}
		return bytes;
	}

}
