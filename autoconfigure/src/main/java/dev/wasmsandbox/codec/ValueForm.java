package dev.wasmsandbox.codec;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;

import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.error.GuestAbiException;
import org.jspecify.annotations.Nullable;

/**
 * How values of one Java type are passed: as they are, or by a codec. Immutable.
 *
 * @param type the Java type, with its type arguments
 * @param kind what is passed
 * @param codec what makes that of a value; {@code null} where the type is passed as it is
 */
public record ValueForm(Type type, ValueKind kind, @Nullable ValueCodec codec) {

	/**
	 * The kind that a Java type is passed as without a codec, where the convention has a
	 * form for that kind; {@code null} if it needs one.
	 */
	public static @Nullable ValueKind kindOf(Type type) {
		return switch (type.getTypeName()) {
			case "void", "java.lang.Void" -> ValueKind.NONE;
			case "int", "short", "byte", "char", "boolean", "java.lang.Integer", "java.lang.Short", "java.lang.Byte",
					"java.lang.Character", "java.lang.Boolean" ->
				ValueKind.I32;
			case "long", "java.lang.Long" -> ValueKind.I64;
			case "float", "java.lang.Float" -> ValueKind.F32;
			case "double", "java.lang.Double" -> ValueKind.F64;
			case "java.lang.String" -> ValueKind.STRING;
			case "byte[]", "java.nio.ByteBuffer", "java.lang.foreign.MemorySegment" -> ValueKind.BYTES;
			case "short[]" -> ValueKind.SHORTS;
			case "int[]" -> ValueKind.INTS;
			case "long[]" -> ValueKind.LONGS;
			case "float[]" -> ValueKind.FLOATS;
			case "double[]" -> ValueKind.DOUBLES;
			case "java.lang.String[]" -> ValueKind.STRINGS;
			default -> null;
		};
	}

	/** Whether it is a number, passed as one. */
	public boolean isNumber() {
		return this.codec == null && this.kind.isNumber();
	}

	/**
	 * A value, no number, as it is passed.
	 * @throws RuntimeException if it has no form
	 */
	public Object encode(@Nullable Object value) {
		if (this.codec != null) {
			return this.codec.encode(value, this.type);
		}
		if (value == null) {
			throw new IllegalArgumentException("it is null, for which " + this.kind + " has no form");
		}
		return value;
	}

	/**
	 * A value, no number, of what a guest has answered.
	 * @throws RuntimeException if that is none
	 */
	public @Nullable Object decode(@Nullable Object answered) {
		if (answered == null) {
			if (this.kind == ValueKind.NONE) {
				return null;
			}
			throw new IllegalArgumentException("there is none");
		}
		if (this.codec != null) {
			return this.codec.decode(answered, this.type);
		}
		if (this.type == ByteBuffer.class) {
			return ByteBuffer.wrap((byte[]) answered);
		}
		return (this.type == MemorySegment.class) ? MemorySegment.ofArray((byte[]) answered) : answered;
	}

	/**
	 * As {@link #encode(Object)}, for an argument of a call.
	 * @param index which one it is, from 0
	 * @throws GuestAbiException if it has no form
	 */
	public Object encode(String moduleName, String function, int index, @Nullable Object value) {
		try {
			return encode(value);
		}
		catch (RuntimeException ex) {
			throw new GuestAbiException(moduleName, function,
					"argument " + (index + 1) + ", " + this + ", cannot be passed" + byCodec() + ": " + why(ex), ex);
		}
	}

	/**
	 * As {@link #decode(Object)}, for the answer of a call.
	 * @throws GuestAbiException if it is no value of this type
	 */
	public @Nullable Object decode(String moduleName, String function, @Nullable Object answered) {
		try {
			return decode(answered);
		}
		catch (RuntimeException ex) {
			throw new GuestAbiException(moduleName, function, "its answer is no " + this + byCodec() + ": " + why(ex),
					ex);
		}
	}

	private String byCodec() {
		return (this.codec != null) ? " as " + this.codec.name() : "";
	}

	/** What a guest gave may be long, and messages of codecs quote it. */
	private static String why(RuntimeException cause) {
		String message = String.valueOf(cause.getMessage());
		int shown = 300;
		return (message.length() > shown) ? message.substring(0, shown) + "…" : message;
	}

	/** A number of this type, boxed, of its bits. */
	public Object box(long bits) {
		return switch (this.type.getTypeName()) {
			case "boolean", "java.lang.Boolean" -> (int) bits != 0;
			case "long", "java.lang.Long" -> bits;
			case "float", "java.lang.Float" -> Float.intBitsToFloat((int) bits);
			case "double", "java.lang.Double" -> Double.longBitsToDouble(bits);
			default -> (int) bits;
		};
	}

	/** The type as messages name it, without its package. */
	@Override
	public String toString() {
		return this.type.getTypeName().replaceAll("[\\w.]*\\.(?=\\w)", "");
	}

}
