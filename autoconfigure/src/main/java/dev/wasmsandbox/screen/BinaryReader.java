package dev.wasmsandbox.screen;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import dev.wasmsandbox.limits.ModuleLimit;

/**
 * Reads the primitive encodings of the binary format from a range of bytes. It never
 * allocates by a length the module states before it has seen that the bytes are there.
 */
final class BinaryReader {

	private final byte[] bytes;

	private final int end;

	private int position;

	BinaryReader(byte[] bytes, int from, int end) {
		this.bytes = bytes;
		this.position = from;
		this.end = end;
	}

	int position() {
		return this.position;
	}

	int remaining() {
		return this.end - this.position;
	}

	int u8() {
		if (this.position >= this.end) {
			throw malformed("unexpected end");
		}
		return this.bytes[this.position++] & 0xff;
	}

	int peek() {
		if (this.position >= this.end) {
			throw malformed("unexpected end");
		}
		return this.bytes[this.position] & 0xff;
	}

	/** An unsigned 32-bit LEB128 number. */
	long u32() {
		long result = 0;
		for (int shift = 0; shift < 35; shift += 7) {
			int b = u8();
			result |= (long) (b & 0x7f) << shift;
			if ((b & 0x80) == 0) {
				if (result > 0xffff_ffffL) {
					throw malformed("number too large");
				}
				return result;
			}
		}
		throw malformed("number too long");
	}

	/** A LEB128 number that must fit a non-negative {@code int}: an index or a count. */
	int index() {
		long value = u32();
		if (value > Integer.MAX_VALUE) {
			throw malformed("index " + value + " too large");
		}
		return (int) value;
	}

	/** A count of things that take at least one byte each. */
	int count(String what) {
		long value = u32();
		if (value > remaining()) {
			throw malformed(value + " " + what + " announced in " + remaining() + " bytes");
		}
		return (int) value;
	}

	/** Skips a signed or unsigned LEB128 number of at most the given bits. */
	void skipLeb(int bits) {
		int most = (bits + 6) / 7;
		for (int i = 0; i < most; i++) {
			if ((u8() & 0x80) == 0) {
				return;
			}
		}
		throw malformed("number too long");
	}

	void skip(int length) {
		if (length > remaining()) {
			throw malformed(length + " bytes announced, " + remaining() + " left");
		}
		this.position += length;
	}

	/** A name no longer than allowed. */
	String name(Allowance allowance) {
		int length = allowance.count(this, ModuleLimit.NAME_BYTES);
		try {
			String name = StandardCharsets.UTF_8.newDecoder()
				.decode(ByteBuffer.wrap(this.bytes, this.position, length))
				.toString();
			this.position += length;
			return name;
		}
		catch (CharacterCodingException _) {
			throw malformed("a name is not valid UTF-8");
		}
	}

	/** The next bytes as a reader of their own; this one moves on behind them. */
	BinaryReader slice(int length) {
		int from = this.position;
		skip(length);
		return new BinaryReader(this.bytes, from, from + length);
	}

	ScreeningFailure malformed(String what) {
		return ScreeningFailure.malformed(what + " at byte " + this.position);
	}

}
