package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One linear memory in one contiguous range of addresses. Every access is checked against
 * the current size, so none can leave the slot; addresses are unsigned 32-bit numbers.
 *
 * <p>
 * Invariant: {@code size <= slot.capacity()}, and {@code size} is zero once the memory is
 * detached, so that whoever still holds it reaches nothing. A memory belongs to the
 * thread that runs its sandbox.
 */
public abstract class FlatMemory {

	private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
		.withOrder(ByteOrder.LITTLE_ENDIAN);

	private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

	private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

	private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED
		.withOrder(ByteOrder.LITTLE_ENDIAN);

	private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED
		.withOrder(ByteOrder.LITTLE_ENDIAN);

	private final MemorySlot slot;

	private final long base;

	private long size;

	protected FlatMemory(MemorySlot slot) {
		this.slot = slot;
		this.base = slot.address();
	}

	/** The current size in bytes. */
	public final long size() {
		return this.size;
	}

	/** The slot this memory lies in. */
	public final MemorySlot slot() {
		return this.slot;
	}

	/**
	 * Sets the size. Bytes that come into bounds for the first time since the slot was
	 * cleared are zero.
	 */
	protected final void resize(long bytes) {
		if (bytes < 0 || bytes > this.slot.capacity()) {
			throw new IllegalArgumentException(bytes + " bytes do not fit a slot of " + this.slot.capacity());
		}
		this.size = bytes;
	}

	protected final byte loadByte(int address) {
		return NativeMemory.ALL.get(ValueLayout.JAVA_BYTE, locate(address, 1));
	}

	protected final void storeByte(int address, byte value) {
		NativeMemory.ALL.set(ValueLayout.JAVA_BYTE, locate(address, 1), value);
	}

	protected final short loadShort(int address) {
		return NativeMemory.ALL.get(SHORT, locate(address, 2));
	}

	protected final void storeShort(int address, short value) {
		NativeMemory.ALL.set(SHORT, locate(address, 2), value);
	}

	protected final int loadInt(int address) {
		return NativeMemory.ALL.get(INT, locate(address, 4));
	}

	protected final void storeInt(int address, int value) {
		NativeMemory.ALL.set(INT, locate(address, 4), value);
	}

	protected final long loadLong(int address) {
		return NativeMemory.ALL.get(LONG, locate(address, 8));
	}

	protected final void storeLong(int address, long value) {
		NativeMemory.ALL.set(LONG, locate(address, 8), value);
	}

	protected final float loadFloat(int address) {
		return NativeMemory.ALL.get(FLOAT, locate(address, 4));
	}

	protected final void storeFloat(int address, float value) {
		NativeMemory.ALL.set(FLOAT, locate(address, 4), value);
	}

	protected final double loadDouble(int address) {
		return NativeMemory.ALL.get(DOUBLE, locate(address, 8));
	}

	protected final void storeDouble(int address, double value) {
		NativeMemory.ALL.set(DOUBLE, locate(address, 8), value);
	}

	/** Copies bytes of the host into the memory. */
	public final void write(int address, byte[] source, int offset, int length) {
		long at = locate(address, Integer.toUnsignedLong(length));
		MemorySegment.copy(source, offset, NativeMemory.ALL, ValueLayout.JAVA_BYTE, at, length);
	}

	/** Copies bytes of the memory to the host. */
	public final void read(int address, byte[] target, int offset, int length) {
		long at = locate(address, Integer.toUnsignedLong(length));
		MemorySegment.copy(NativeMemory.ALL, ValueLayout.JAVA_BYTE, at, target, offset, length);
	}

	/** Copies within the memory; the ranges may overlap. Lengths are unsigned. */
	protected final void move(int target, int source, long length) {
		long to = locate(target, length);
		long from = locate(source, length);
		MemorySegment.copy(NativeMemory.ALL, from, NativeMemory.ALL, to, length);
	}

	/** Fills a range; the length is unsigned. */
	protected final void fill(int address, long length, byte value) {
		long at = locate(address, length);
		NativeMemory.ALL.asSlice(at, length).fill(value);
	}

	/**
	 * A view of a range, bounded by it and by the life of the arena. The range must have
	 * been in bounds, and the slot must outlive the arena.
	 */
	public final MemorySegment view(int address, int length, Arena arena, boolean readOnly) {
		long at = locate(address, Integer.toUnsignedLong(length));
		MemorySegment view = MemorySegment.ofAddress(at).reinterpret(length, arena, null);
		return readOnly ? view.asReadOnly() : view;
	}

	/** Whether a range lies within the memory. Both numbers are unsigned. */
	public final boolean contains(int address, int length) {
		return Integer.toUnsignedLong(address) + Integer.toUnsignedLong(length) <= this.size;
	}

	/** Checks a range, for callers that work on it in steps. */
	protected final void require(int address, long length) {
		locate(address, length);
	}

	private long locate(int address, long length) {
		long at = address & 0xffff_ffffL;
		if (at + length > this.size) {
			throw outOfBounds(at, length);
		}
		return this.base + at;
	}

	private MemoryAccessException outOfBounds(long address, long length) {
		return new MemoryAccessException(address, length, this.size);
	}

}
