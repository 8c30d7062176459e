package dev.wasmsandbox.sample.web;

import java.io.IOException;
import java.io.InputStream;

import org.springframework.http.HttpStatus;

/**
 * The bytes a request brings: the part {@code file} of a form, or else its whole body,
 * whatever type it declares.
 *
 * <p>
 * {@code curl --data} declares a form in either case. Bound to {@code byte[]}, Spring MVC
 * would take such a body apart and put it together again, not always with the same bytes.
 *
 * @param fileName what the client calls the file, or an empty string
 * @param declaredLength the length in bytes, or -1 if it is unknown
 * @param stream the bytes
 */
public record RequestContent(String fileName, long declaredLength, InputStream stream) {

	/**
	 * Reads everything.
	 * @throws InvalidInputException if it is longer than the limit
	 */
	public byte[] bytes(long limit) throws IOException {
		if (this.declaredLength > limit) {
			throw tooLarge(limit);
		}
		byte[] bytes = this.stream.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
		if (bytes.length > limit) {
			throw tooLarge(limit);
		}
		return bytes;
	}

	/**
	 * Reads everything, which must not be nothing.
	 * @throws InvalidInputException if it is empty or longer than the limit
	 */
	public byte[] file(long limit) throws IOException {
		byte[] bytes = bytes(limit);
		if (bytes.length == 0) {
			throw new InvalidInputException(HttpStatus.UNPROCESSABLE_CONTENT, "File is empty",
					"The file has 0 bytes. Send one with content, as the part 'file' of a form or as the body.");
		}
		return bytes;
	}

	private static InvalidInputException tooLarge(long limit) {
		return new InvalidInputException(HttpStatus.CONTENT_TOO_LARGE, "Content too large",
				"At most " + limit + " bytes are taken here. Send less, or raise the module's limits.");
	}

}
