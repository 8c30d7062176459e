package dev.wasmsandbox.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.Function;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.screen.Utf8;

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
	 * The bytes of an argument, not to be changed.
	 * @param index which argument it is, from 0
	 * @throws GuestAbiException if it is not of its kind, or has no form in bytes
	 */
	static byte[] bytes(String moduleName, String function, int index, ValueKind kind, Object value) {
		if (kind == ValueKind.STRING && value instanceof String text) {
			return Utf8.encode(moduleName, function, index, text);
		}
		if (value instanceof byte[] bytes && kind == ValueKind.BYTES) {
			return bytes;
		}
		return ArrayValues.bytes(moduleName, function, index, kind, value).toArray(ValueLayout.JAVA_BYTE);
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
		}
		else {
			call.answer((kind == ValueKind.STRING) ? Utf8.decode(moduleName, function, bytes) : array(kind, bytes));
		}
	}

	private static Object array(ValueKind kind, byte[] bytes) {
		if (kind == ValueKind.BYTES) {
			return bytes;
		}
		Object array = ArrayValues.newArray(kind, bytes.length / kind.elementSize());
		MemorySegment elements = ArrayValues.segment(array);
		elements.copyFrom(MemorySegment.ofArray(bytes));
		ArrayValues.filled(elements, kind.elementSize());
		return array;
	}

}
