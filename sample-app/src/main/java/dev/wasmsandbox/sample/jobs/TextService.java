package dev.wasmsandbox.sample.jobs;

import java.nio.charset.StandardCharsets;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.spring.WasmModule;

import org.springframework.stereotype.Service;

/**
 * Has texts worked on by the module {@code text}, which takes UTF-8 by address and
 * length.
 */
@Service
class TextService {

	private final WasmSandbox text;

	TextService(@WasmModule("text") WasmSandbox text) {
		this.text = text;
	}

	/** The longest text in bytes; a slug may need as much again. */
	long limit() {
		return GuestBuffer.capacity(this.text) / 2;
	}

	String slugify(byte[] utf8) {
		try (SandboxSession session = this.text.openSession()) {
			GuestBuffer input = GuestBuffer.copyOf(session, utf8);
			long packed = session.call("slugify", long.class, input.address(), input.length());
			GuestBuffer slug = GuestBuffer.returned(session, packed);
			String result = new String(slug.bytes(), StandardCharsets.UTF_8);
			slug.free();
			input.free();
			return result;
		}
	}

	int wordCount(byte[] utf8) {
		return count("word_count", utf8);
	}

	int vowelCount(byte[] utf8) {
		return count("vowel_count", utf8);
	}

	private int count(String function, byte[] utf8) {
		try (SandboxSession session = this.text.openSession()) {
			GuestBuffer input = GuestBuffer.copyOf(session, utf8);
			int result = session.export(function).callInt(input.address(), input.length());
			input.free();
			return result;
		}
	}

}
