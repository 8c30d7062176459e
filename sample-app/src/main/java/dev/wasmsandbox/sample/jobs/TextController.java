package dev.wasmsandbox.sample.jobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import dev.wasmsandbox.sample.web.InvalidInputException;
import dev.wasmsandbox.sample.web.RequestContent;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes texts in UTF-8.
 */
@RestController
@RequestMapping("/text")
class TextController {

	private final TextService texts;

	TextController(TextService texts) {
		this.texts = texts;
	}

	@PostMapping(path = "/slugify", produces = "text/plain;charset=UTF-8")
	String slugify(RequestContent body) throws IOException {
		return this.texts.slugify(utf8(body));
	}

	@PostMapping("/word-count")
	int wordCount(RequestContent body) throws IOException {
		return this.texts.wordCount(utf8(body));
	}

	@PostMapping("/vowel-count")
	int vowelCount(RequestContent body) throws IOException {
		return this.texts.vowelCount(utf8(body));
	}

	private byte[] utf8(RequestContent body) throws IOException {
		byte[] bytes = body.bytes(this.texts.limit());
		try {
			StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
			return bytes;
		}
		catch (CharacterCodingException ex) {
			throw new InvalidInputException(HttpStatus.BAD_REQUEST, "Text is not UTF-8",
					"The body is not valid UTF-8. Send text in UTF-8.");
		}
	}

}
