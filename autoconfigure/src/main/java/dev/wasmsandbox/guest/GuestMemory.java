package dev.wasmsandbox.guest;

import java.lang.foreign.MemorySegment;

import dev.wasmsandbox.error.GuestAbiException;

/**
 * The linear memory of one guest, as the host reads and writes it. Addresses are the
 * guest's: unsigned 32-bit numbers, little-endian data, no alignment needed.
 *
 * <p>
 * Every method throws {@link GuestAbiException} if a range does not lie within the
 * memory, and {@link IllegalStateException} once the session or host call it came from is
 * over. Confined to the thread of that session.
 */
public interface GuestMemory {

	/** The current size in bytes. */
	long size();

	/**
	 * Grows the memory, as the guest itself could: some toolchains leave that to the
	 * host. Views stay valid on Linux; where memory is copied instead of mapped they die.
	 * @param pages how many pages of 64 KiB to add
	 * @return the former size in pages, or -1 if the module or {@code limits.memory} does
	 * not allow as much
	 */
	int grow(int pages);

	/** Copies bytes out of the guest. */
	byte[] readBytes(int address, int length);

	/** Copies bytes out of the guest into a part of an array. */
	void readBytes(int address, byte[] target, int offset, int length);

	/** Copies bytes into the guest. */
	void writeBytes(int address, byte[] source);

	/** Copies a part of an array into the guest. */
	void writeBytes(int address, byte[] source, int offset, int length);

	/**
	 * Copies all bytes of a segment into the guest, for example those of an array of any
	 * type ({@code MemorySegment.ofArray}), which lie there in the order of the machine.
	 */
	void write(int address, MemorySegment source);

	/** Copies as many bytes out of the guest as the segment has. */
	void read(int address, MemorySegment target);

	/**
	 * Reads text in UTF-8.
	 * @throws GuestAbiException if the bytes are not valid UTF-8
	 */
	String readString(int address, int length);

	/**
	 * Writes text in UTF-8, without a terminator.
	 * @return how many bytes were written
	 * @throws GuestAbiException if it has half of a surrogate pair, which UTF-8 cannot
	 * say
	 */
	int writeString(int address, String text);

	/** Copies 64-bit floats out of the guest, in one go. */
	double[] readDoubles(int address, int count);

	/** Copies 64-bit floats out of the guest into a part of an array. */
	void readDoubles(int address, double[] target, int offset, int count);

	/** Copies 64-bit floats into the guest, in one go. */
	void writeDoubles(int address, double[] source);

	/** Copies a part of an array of 64-bit floats into the guest. */
	void writeDoubles(int address, double[] source, int offset, int count);

	byte readByte(int address);

	short readShort(int address);

	int readInt(int address);

	long readLong(int address);

	float readFloat(int address);

	double readDouble(int address);

	void writeByte(int address, byte value);

	void writeShort(int address, short value);

	void writeInt(int address, int value);

	void writeLong(int address, long value);

	void writeFloat(int address, float value);

	void writeDouble(int address, double value);

	/**
	 * A window onto a range, without a copy. It dies with the session or host call;
	 * reading it afterwards throws {@link IllegalStateException}. It stays where it is
	 * when the guest's memory grows. Copy what you check: a guest that runs meanwhile may
	 * change it. Where memory is copied instead of mapped it dies when the memory grows;
	 * where native access is denied also when a host call ends that made views, and other
	 * threads are not kept from using it.
	 */
	MemorySegment view(int address, int length);

	/** As {@link #view}, but it cannot be written through. */
	MemorySegment readOnlyView(int address, int length);

}
