package dev.wasmsandbox.sample.jobs;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

import javax.imageio.ImageIO;

import dev.wasmsandbox.sample.Http;
import dev.wasmsandbox.sample.Http.Answer;
import dev.wasmsandbox.sample.SampleTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class JobsTest {

	private static final String FORM = "application/x-www-form-urlencoded";

	private final Http http;

	JobsTest(@Autowired Http http) {
		this.http = http;
	}

	@Test
	void numbers() {
		assertThat(this.http.get("/add?a=2&b=40").text()).isEqualTo("42");
		assertThat(this.http.get("/add?a=2147483647&b=1").text()).isEqualTo("-2147483648");
		assertThat(this.http.get("/fib?n=20").text()).isEqualTo("6765");
	}

	@Test
	void text() {
		Answer slug = this.http.post("/text/slugify", "text/plain;charset=UTF-8", "Héllo, Wörld!");
		assertThat(slug.text()).isEqualTo("hello-world");
		assertThat(slug.header("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
		assertThat(this.http.post("/text/slugify", "text/plain", "日本語").text()).isEmpty();
		assertThat(this.http.post("/text/word-count", "text/plain", " Héllo,  Wörld!\t").text()).isEqualTo("2");
		assertThat(this.http.post("/text/vowel-count", "text/plain", "ÄËÏÖÜ æøå ÿ").text()).isEqualTo("8");
		assertThat(this.http.post("/text/word-count", "text/plain", "").text()).isEqualTo("0");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 55, 56, 64, 1000, 3_000_000 })
	void sha256IsThatOfTheJdk(int length) throws NoSuchAlgorithmException {
		byte[] bytes = new byte[length];
		new Random(length).nextBytes(bytes);
		String expected = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
		assertThat(this.http.post("/hash/sha256", "application/octet-stream", bytes).text()).isEqualTo(expected);
		assertThat(this.http.upload("/hash/sha256", "file", "random.bin", bytes).text()).isEqualTo(expected);
	}

	/** What curl declares for --data, whatever the data is. */
	@Test
	void bodyThatCallsItselfAFormIsTakenAsItIs() {
		String body = "b=2&a=1&c=%41+x&&=";
		assertThat(this.http.post("/hash/sha256", FORM, body).text())
			.isEqualTo(this.http.post("/hash/sha256", "application/octet-stream", body).text());
		assertThat(this.http.post("/hash/xxhash64?seed=20141025", FORM, "xxhash").text()).isEqualTo("b559b98d844e0635");
		assertThat(this.http.post("/text/slugify", FORM, "a=1&b=2").text()).isEqualTo("a-1-b-2");
	}

	@Test
	void xxhash64() {
		assertThat(this.http.post("/hash/xxhash64", FORM, "").text()).isEqualTo("ef46db3751d8e999");
		assertThat(this.http.post("/hash/xxhash64", FORM, "abc").text()).isEqualTo("44bc2cf5ad770999");
	}

	@Test
	void grayscaleOfAFormsPng() throws IOException {
		BufferedImage source = picture(37, 23);
		Answer answer = this.http.upload("/image/grayscale", "file", "picture.png", png(source));
		assertThat(answer.header("Content-Type")).isEqualTo("image/png");
		BufferedImage gray = image(answer);
		assertThat(gray.getWidth()).isEqualTo(37);
		assertThat(gray.getHeight()).isEqualTo(23);
		for (int y = 0; y < 23; y++) {
			for (int x = 0; x < 37; x++) {
				assertThat(gray.getRGB(x, y)).isEqualTo(grayOf(source.getRGB(x, y)));
			}
		}
	}

	private static int grayOf(int argb) {
		int luma = (77 * (argb >> 16 & 0xff) + 150 * (argb >> 8 & 0xff) + 29 * (argb & 0xff) + 128) / 256;
		return (argb & 0xff000000) | (luma << 16) | (luma << 8) | luma;
	}

	@Test
	void grayscaleOfAGrayPngChangesNothing() throws IOException {
		BufferedImage source = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
		for (int x = 0; x < 256; x++) {
			source.getRaster().setSample(x, 0, 0, x);
		}
		BufferedImage gray = image(this.http.post("/image/grayscale", "image/png", png(source)));
		for (int x = 0; x < 256; x++) {
			assertThat(gray.getRGB(x, 0) & 0xff).isEqualTo(x);
		}
	}

	@Test
	void blur() throws IOException {
		byte[] source = png(picture(9, 7));
		assertThat(image(this.http.post("/image/blur?radius=0", "image/png", source)).getRGB(4, 3))
			.isEqualTo(picture(9, 7).getRGB(4, 3));
		BufferedImage dot = new BufferedImage(9, 9, BufferedImage.TYPE_INT_ARGB);
		for (int i = 0; i < 81; i++) {
			dot.setRGB(i % 9, i / 9, 0xff000000);
		}
		dot.setRGB(4, 4, 0xffffffff);
		BufferedImage blurred = image(this.http.post("/image/blur?radius=1", FORM, png(dot)));
		assertThat(blurred.getRGB(4, 4) & 0xff).isEqualTo(28);
		assertThat(blurred.getRGB(3, 5) & 0xff).isEqualTo(28);
		assertThat(blurred.getRGB(6, 4) & 0xff).isZero();
	}

	@Test
	void resize() throws IOException {
		BufferedImage source = new BufferedImage(10, 10, BufferedImage.TYPE_INT_RGB);
		for (int i = 0; i < 100; i++) {
			source.setRGB(i % 10, i / 10, 0x336699);
		}
		BufferedImage large = image(this.http.post("/image/resize?width=31&height=17", "image/png", png(source)));
		assertThat(large.getWidth()).isEqualTo(31);
		assertThat(large.getHeight()).isEqualTo(17);
		assertThat(large.getRGB(30, 16)).isEqualTo(0xff336699);
	}

	private static BufferedImage picture(int width, int height) {
		BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
		Random random = new Random(42);
		for (int y = 0; y < height; y++) {
			for (int x = 0; x < width; x++) {
				image.setRGB(x, y, random.nextInt() | 0x01000000);
			}
		}
		return image;
	}

	private static byte[] png(BufferedImage image) throws IOException {
		ByteArrayOutputStream file = new ByteArrayOutputStream();
		ImageIO.write(image, "png", file);
		return file.toByteArray();
	}

	private static BufferedImage image(Answer answer) throws IOException {
		assertThat(answer.status()).as(() -> new String(answer.bytes(), StandardCharsets.UTF_8)).isEqualTo(200);
		return ImageIO.read(new ByteArrayInputStream(answer.bytes()));
	}

}
