package dev.wasmsandbox.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Function;

import dev.wasmsandbox.error.GuestAbiException;

/**
 * Values as conventions pass them that know bytes only: text in UTF-8, arrays as their
 * elements, little-endian. What comes back from a guest is checked.
 */
final class Payload {

	private Payload() {
	}

	/** Whether values of a kind can be bytes: all but numbers and nothing. */
	static boolean fits(ValueKind kind) {
		return kind.elementSize() > 0;
	}

	/**
	 * The bytes of an argument.
	 * @throws IllegalArgumentException if it is not of the kind, or text that has no form
	 * in UTF-8
	 */
	static byte[] bytes(ValueKind kind, Object value) {
		return switch (value) {
			case String text -> encoded(text);
			case byte[] bytes -> bytes;
			case ByteBuffer buffer -> {
				byte[] bytes = new byte[buffer.remaining()];
				buffer.get(buffer.position(), bytes);
				yield bytes;
			}
			case MemorySegment segment -> segment.toArray(ValueLayout.JAVA_BYTE);
			case short[] numbers -> {
				ByteBuffer buffer = buffer(numbers.length, kind);
				buffer.asShortBuffer().put(numbers);
				yield buffer.array();
			}
			case int[] numbers -> {
				ByteBuffer buffer = buffer(numbers.length, kind);
				buffer.asIntBuffer().put(numbers);
				yield buffer.array();
			}
			case long[] numbers -> {
				ByteBuffer buffer = buffer(numbers.length, kind);
				buffer.asLongBuffer().put(numbers);
				yield buffer.array();
			}
			case float[] numbers -> {
				ByteBuffer buffer = buffer(numbers.length, kind);
				buffer.asFloatBuffer().put(numbers);
				yield buffer.array();
			}
			case double[] numbers -> {
				ByteBuffer buffer = buffer(numbers.length, kind);
				buffer.asDoubleBuffer().put(numbers);
				yield buffer.array();
			}
			default -> throw new IllegalArgumentException("a " + value.getClass().getName() + " is no " + kind);
		};
	}

	private static ByteBuffer buffer(int elements, ValueKind kind) {
		return ByteBuffer.allocate(Math.multiplyExact(elements, kind.elementSize())).order(ByteOrder.LITTLE_ENDIAN);
	}

	private static byte[] encoded(String text) {
		try {
			ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
			byte[] bytes = new byte[encoded.remaining()];
			encoded.get(bytes);
			return bytes;
		}
		catch (CharacterCodingException ex) {
			throw new IllegalArgumentException("the text has half a surrogate pair, which UTF-8 has no form for", ex);
		}
	}

	/**
	 * Answers a call with bytes of the guest.
	 * @param bytes the caller's own
	 * @throws GuestAbiException if they are no value of the kind
	 */
	static void answer(AbiCall call, ValueKind kind, byte[] bytes, String moduleName, String function) {
		if (kind == ValueKind.NONE) {
			return;
		}
		if (bytes.length % kind.elementSize() != 0) {
			throw new GuestAbiException(moduleName, function,
					"it answered " + bytes.length + " bytes, which are no " + kind, null);
		}
		Function<MemorySegment, ?> reader = call.reader();
		if (reader != null) {
			Object read = reader.apply(MemorySegment.ofArray(bytes).asReadOnly());
			call.answer(Objects.requireNonNull(read, "a reader answers something"));
			return;
		}
		call.answer(value(kind, bytes, moduleName, function));
	}

	private static Object value(ValueKind kind, byte[] bytes, String moduleName, String function) {
		ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
		int count = bytes.length / kind.elementSize();
		return switch (kind) {
			case STRING -> text(buffer, moduleName, function);
			case BYTES -> bytes;
			case SHORTS -> {
				short[] numbers = new short[count];
				buffer.asShortBuffer().get(numbers);
				yield numbers;
			}
			case INTS -> {
				int[] numbers = new int[count];
				buffer.asIntBuffer().get(numbers);
				yield numbers;
			}
			case LONGS -> {
				long[] numbers = new long[count];
				buffer.asLongBuffer().get(numbers);
				yield numbers;
			}
			case FLOATS -> {
				float[] numbers = new float[count];
				buffer.asFloatBuffer().get(numbers);
				yield numbers;
			}
			case DOUBLES -> {
				double[] numbers = new double[count];
				buffer.asDoubleBuffer().get(numbers);
				yield numbers;
			}
			case NONE, I32, I64, F32, F64 -> throw new IllegalArgumentException(kind + " is not made of bytes");
		};
	}

	private static String text(ByteBuffer bytes, String moduleName, String function) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
		}
		catch (CharacterCodingException ex) {
			throw new GuestAbiException(moduleName, function,
					"it answered " + bytes.limit() + " bytes that are not valid UTF-8; have them as byte[]", ex);
		}
	}

}
