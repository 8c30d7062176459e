package dev.wasmsandbox.abi;

import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;

/**
 * A buffer as an argument: bytes, or an array whose elements lie in it as guests have
 * them, little-endian. It is mapped into the guest for the call where that is cheaper
 * than copying it. Immutable.
 *
 * @param buffer what is passed, all of it
 * @param kind what it is to the guest
 * @param access what becomes of the guest's writes
 */
public record LargeData(ZeroCopyBuffer buffer, ValueKind kind, BufferAccess access) {

	/** Below it a copy is cheaper than mapping, which takes two system calls. */
	private static final long WORTH_MAPPING = 64 << 10;

	public LargeData {
		int element = kind.elementSize();
		if (element == 0 || kind == ValueKind.STRING) {
			throw new IllegalArgumentException("A buffer is bytes or an array, not " + kind);
		}
		if (buffer.size() % element != 0) {
			throw new IllegalArgumentException("A buffer of " + buffer.size()
					+ " bytes does not hold whole elements of " + element + " bytes, for " + kind);
		}
	}

	/** Bytes that stay as they are, whatever the guest writes. */
	public static LargeData bytes(ZeroCopyBuffer buffer) {
		return new LargeData(buffer, ValueKind.BYTES, BufferAccess.READ_ONLY);
	}

	/**
	 * 32-bit integers that stay as they are, whatever the guest writes.
	 * @throws IllegalArgumentException if the buffer does not hold whole ones
	 */
	public static LargeData ints(ZeroCopyBuffer buffer) {
		return new LargeData(buffer, ValueKind.INTS, BufferAccess.READ_ONLY);
	}

	/**
	 * 64-bit integers that stay as they are, whatever the guest writes.
	 * @throws IllegalArgumentException if the buffer does not hold whole ones
	 */
	public static LargeData longs(ZeroCopyBuffer buffer) {
		return new LargeData(buffer, ValueKind.LONGS, BufferAccess.READ_ONLY);
	}

	/**
	 * 32-bit floats that stay as they are, whatever the guest writes.
	 * @throws IllegalArgumentException if the buffer does not hold whole ones
	 */
	public static LargeData floats(ZeroCopyBuffer buffer) {
		return new LargeData(buffer, ValueKind.FLOATS, BufferAccess.READ_ONLY);
	}

	/**
	 * 64-bit floats that stay as they are, whatever the guest writes.
	 * @throws IllegalArgumentException if the buffer does not hold whole ones
	 */
	public static LargeData doubles(ZeroCopyBuffer buffer) {
		return new LargeData(buffer, ValueKind.DOUBLES, BufferAccess.READ_ONLY);
	}

	/** The same, and what the guest writes is in the buffer. */
	public LargeData writable() {
		return new LargeData(this.buffer, this.kind, BufferAccess.READ_WRITE);
	}

	/** Whether it is mapped rather than copied, where the convention can. */
	boolean worthMapping() {
		return this.access == BufferAccess.READ_WRITE
				|| (this.buffer.isMapped() && this.buffer.size() >= WORTH_MAPPING);
	}

}
