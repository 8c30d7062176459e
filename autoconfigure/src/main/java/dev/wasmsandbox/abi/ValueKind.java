package dev.wasmsandbox.abi;

/**
 * What conventions can pass. Codecs turn all other Java types into one of these.
 */
public enum ValueKind {

	/** No value, as a result. */
	NONE("nothing"),

	/** A 32-bit integer, Java {@code int}. */
	I32("int"),

	/** A 64-bit integer, Java {@code long}. */
	I64("long"),

	/** A 32-bit float, Java {@code float}. */
	F32("float"),

	/** A 64-bit float, Java {@code double}. */
	F64("double"),

	/** Text, Java {@link String}. */
	STRING("String"),

	/**
	 * Bytes, Java {@code byte[]}; as an argument also {@link java.nio.ByteBuffer} (what
	 * remains of it) and {@link java.lang.foreign.MemorySegment}.
	 */
	BYTES("byte[]"),

	/** 16-bit integers, Java {@code short[]}. */
	SHORTS("short[]"),

	/** 32-bit integers, Java {@code int[]}. */
	INTS("int[]"),

	/** 64-bit integers, Java {@code long[]}. */
	LONGS("long[]"),

	/** 32-bit floats, Java {@code float[]}. */
	FLOATS("float[]"),

	/** 64-bit floats, Java {@code double[]}. */
	DOUBLES("double[]"),

	/**
	 * Texts, Java {@code String[]}, where the convention has a form for them. Elements
	 * may be {@code null} where the guest's may.
	 */
	STRINGS("String[]");

	private final String javaName;

	ValueKind(String javaName) {
		this.javaName = javaName;
	}

	/** Whether it is a number, which every guest can be passed. */
	public boolean isNumber() {
		return switch (this) {
			case I32, I64, F32, F64 -> true;
			default -> false;
		};
	}

	/** How many bytes one element takes; 0 for what is not one behind the other. */
	public int elementSize() {
		return switch (this) {
			case STRING, BYTES -> 1;
			case SHORTS -> 2;
			case INTS, FLOATS -> 4;
			case LONGS, DOUBLES -> 8;
			case NONE, I32, I64, F32, F64, STRINGS -> 0;
		};
	}

	/** The Java type, as messages name it. */
	@Override
	public String toString() {
		return this.javaName;
	}

}
