package dev.wasmsandbox.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes and arrays as the guest has them: little-endian, one element behind the other.
 */
final class ArrayValues {

	private static final boolean SAME_ORDER = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

	private ArrayValues() {
	}

	/**
	 * The bytes of an argument.
	 * @param index which argument, from 0
	 * @throws GuestAbiException if it is not of its kind, larger than any guest's memory,
	 * or another thread's
	 */
	static MemorySegment bytes(String moduleName, String function, int index, ValueKind kind, Object value) {
		if (value instanceof LargeData data && data.kind() == kind && data.access() == BufferAccess.READ_WRITE) {
			throw new GuestAbiException(moduleName, function,
					"argument " + (index + 1) + " is to be written to, which needs the convention 'pointer-length'",
					null);
		}
		MemorySegment bytes = (value instanceof LargeData data && data.kind() == kind) ? data.buffer().readOnlyView()
				: ofArray(kind, value);
		if (bytes == null) {
			throw new GuestAbiException(moduleName, function,
					"argument " + (index + 1) + " must be " + kind + ", but is " + value.getClass().getName(), null);
		}
		if (!bytes.isAccessibleBy(Thread.currentThread())) {
			throw new GuestAbiException(moduleName, function, "argument " + (index + 1)
					+ " lies in memory that only another thread may use, but the call runs on this one", null);
		}
		if (bytes.byteSize() > Integer.MAX_VALUE) {
			throw tooLarge(moduleName, function, index, bytes.byteSize());
		}
		return bytes;
	}

	static GuestAbiException tooLarge(String moduleName, String function, int index, long bytes) {
		return new GuestAbiException(moduleName, function,
				"argument " + (index + 1) + " has " + bytes + " bytes, but a guest's memory has less than 2 GiB", null);
	}

	private static @Nullable MemorySegment ofArray(ValueKind kind, Object value) {
		return switch (kind) {
			case BYTES -> switch (value) {
				case byte[] array -> MemorySegment.ofArray(array);
				case ByteBuffer buffer -> MemorySegment.ofBuffer(buffer);
				case MemorySegment segment -> segment;
				case ZeroCopyBuffer buffer -> buffer.readOnlyView();
				default -> null;
			};
			case SHORTS -> (value instanceof short[] array) ? ordered(MemorySegment.ofArray(array), 2) : null;
			case INTS -> (value instanceof int[] array) ? ordered(MemorySegment.ofArray(array), 4) : null;
			case FLOATS -> (value instanceof float[] array) ? ordered(MemorySegment.ofArray(array), 4) : null;
			case LONGS -> (value instanceof long[] array) ? ordered(MemorySegment.ofArray(array), 8) : null;
			case DOUBLES -> (value instanceof double[] array) ? ordered(MemorySegment.ofArray(array), 8) : null;
			default -> null;
		};
	}

	/** A new array of a kind, empty. */
	static Object newArray(ValueKind kind, int length) {
		return switch (kind) {
			case BYTES, STRING -> new byte[length];
			case SHORTS -> new short[length];
			case INTS -> new int[length];
			case LONGS -> new long[length];
			case FLOATS -> new float[length];
			case DOUBLES -> new double[length];
			default -> throw new IllegalArgumentException(kind + " is no array");
		};
	}

	/** The memory of an array, which {@link #filled} is told of when bytes lie in it. */
	static MemorySegment segment(Object array) {
		return switch (array) {
			case byte[] bytes -> MemorySegment.ofArray(bytes);
			case short[] shorts -> MemorySegment.ofArray(shorts);
			case int[] ints -> MemorySegment.ofArray(ints);
			case long[] longs -> MemorySegment.ofArray(longs);
			case float[] floats -> MemorySegment.ofArray(floats);
			case double[] doubles -> MemorySegment.ofArray(doubles);
			default -> throw new IllegalArgumentException(array.getClass() + " is no array of numbers");
		};
	}

	/** Makes elements of the guest's bytes, where this machine has another order. */
	static void filled(MemorySegment segment, int elementSize) {
		if (!SAME_ORDER) {
			segment.copyFrom(swapped(segment, elementSize));
		}
	}

	/** The bytes of a text in UTF-16. */
	static MemorySegment utf16(String text) {
		return ordered(MemorySegment.ofArray(text.toCharArray()), Character.BYTES);
	}

	private static MemorySegment ordered(MemorySegment segment, int elementSize) {
		return SAME_ORDER ? segment : swapped(segment, elementSize);
	}

	private static MemorySegment swapped(MemorySegment segment, int elementSize) {
		MemorySegment other = MemorySegment.ofArray(new byte[(int) segment.byteSize()]);
		for (long at = 0; at < segment.byteSize(); at += elementSize) {
			for (int i = 0; i < elementSize; i++) {
				other.set(ValueLayout.JAVA_BYTE, at + i, segment.get(ValueLayout.JAVA_BYTE, at + elementSize - 1 - i));
			}
		}
		return other;
	}

}
