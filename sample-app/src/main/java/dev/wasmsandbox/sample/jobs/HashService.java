package dev.wasmsandbox.sample.jobs;

import java.util.HexFormat;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.spring.WasmModule;

import org.springframework.stereotype.Service;

/**
 * Has bytes hashed by the module {@code hash}.
 */
@Service
class HashService {

	private static final int SHA256_BYTES = 32;

	private final WasmSandbox hash;

	HashService(@WasmModule("hash") WasmSandbox hash) {
		this.hash = hash;
	}

	/** The most bytes that can be hashed at once. */
	long limit() {
		return GuestBuffer.capacity(this.hash);
	}

	/** The SHA-256 in lower-case hexadecimal digits. */
	String sha256(byte[] data) {
		try (SandboxSession session = this.hash.openSession()) {
			GuestBuffer input = GuestBuffer.copyOf(session, data);
			GuestBuffer digest = GuestBuffer.allocate(session, SHA256_BYTES);
			session.call("sha256", void.class, input.address(), input.length(), digest.address());
			String result = HexFormat.of().formatHex(digest.bytes());
			digest.free();
			input.free();
			return result;
		}
	}

	/** The xxHash64 in 16 lower-case hexadecimal digits. */
	String xxhash64(byte[] data, long seed) {
		try (SandboxSession session = this.hash.openSession()) {
			GuestBuffer input = GuestBuffer.copyOf(session, data);
			long result = session.call("xxhash64", long.class, input.address(), input.length(), seed);
			input.free();
			return HexFormat.of().toHexDigits(result);
		}
	}

}
