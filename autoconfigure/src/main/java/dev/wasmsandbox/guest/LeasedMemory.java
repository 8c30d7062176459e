package dev.wasmsandbox.guest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.LinearMemory;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.screen.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * The guest memory of one lease, or of one host call in it. {@link #close} ends it and
 * all views it gave out, which happens before the memory is used for anyone else.
 */
public final class LeasedMemory implements GuestMemory, AutoCloseable {

	private final GuestInstance guest;

	private @Nullable Arena views;

	private boolean closed;

	public LeasedMemory(GuestInstance guest) {
		this.guest = guest;
	}

	@Override
	public long size() {
		return memory(0, 0).size();
	}

	@Override
	public int grow(int pages) {
		return memory(0, 0).grow(pages);
	}

	@Override
	public byte[] readBytes(int address, int length) {
		LinearMemory memory = memory(address, length);
		byte[] bytes = new byte[length];
		memory.read(address, bytes, 0, length);
		copiedOut(length);
		return bytes;
	}

	@Override
	public void readBytes(int address, byte[] target, int offset, int length) {
		Objects.checkFromIndexSize(offset, length, target.length);
		memory(address, length).read(address, target, offset, length);
		copiedOut(length);
	}

	@Override
	public void writeBytes(int address, byte[] source) {
		writeBytes(address, source, 0, source.length);
	}

	@Override
	public void writeBytes(int address, byte[] source, int offset, int length) {
		Objects.checkFromIndexSize(offset, length, source.length);
		memory(address, length).write(address, source, offset, length);
		copiedIn(length);
	}

	@Override
	public void write(int address, MemorySegment source) {
		range(address, source.byteSize()).write(address, source);
		copiedIn(source.byteSize());
	}

	@Override
	public void read(int address, MemorySegment target) {
		range(address, target.byteSize()).read(address, target);
		copiedOut(target.byteSize());
	}

	@Override
	public String readString(int address, int length) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(readBytes(address, length))).toString();
		}
		catch (CharacterCodingException ex) {
			throw new GuestAbiException(this.guest.moduleName(), null, "the " + Integer.toUnsignedString(length)
					+ " bytes at address " + Integer.toUnsignedString(address) + " are not valid UTF-8", ex);
		}
	}

	@Override
	public int writeString(int address, String text) {
		byte[] bytes = Utf8.encode(this.guest.moduleName(), null, "the text", text);
		writeBytes(address, bytes);
		return bytes.length;
	}

	@Override
	public double[] readDoubles(int address, int count) {
		LinearMemory memory = range(address, 8L * count);
		double[] values = new double[count];
		memory.read(address, values, 0, count);
		copiedOut(8L * count);
		return values;
	}

	@Override
	public void readDoubles(int address, double[] target, int offset, int count) {
		Objects.checkFromIndexSize(offset, count, target.length);
		range(address, 8L * count).read(address, target, offset, count);
		copiedOut(8L * count);
	}

	@Override
	public void writeDoubles(int address, double[] source) {
		writeDoubles(address, source, 0, source.length);
	}

	@Override
	public void writeDoubles(int address, double[] source, int offset, int count) {
		Objects.checkFromIndexSize(offset, count, source.length);
		range(address, 8L * count).write(address, source, offset, count);
		copiedIn(8L * count);
	}

	@Override
	public byte readByte(int address) {
		return memory(address, 1).read(address);
	}

	@Override
	public void writeByte(int address, byte value) {
		memory(address, 1).writeByte(address, value);
	}

	@Override
	public short readShort(int address) {
		return memory(address, 2).readShort(address);
	}

	@Override
	public void writeShort(int address, short value) {
		memory(address, 2).writeShort(address, value);
	}

	@Override
	public int readInt(int address) {
		return memory(address, 4).readInt(address);
	}

	@Override
	public void writeInt(int address, int value) {
		memory(address, 4).writeI32(address, value);
	}

	@Override
	public long readLong(int address) {
		return memory(address, 8).readLong(address);
	}

	@Override
	public void writeLong(int address, long value) {
		memory(address, 8).writeLong(address, value);
	}

	@Override
	public float readFloat(int address) {
		return memory(address, 4).readFloat(address);
	}

	@Override
	public void writeFloat(int address, float value) {
		memory(address, 4).writeF32(address, value);
	}

	@Override
	public double readDouble(int address) {
		return memory(address, 8).readDouble(address);
	}

	@Override
	public void writeDouble(int address, double value) {
		memory(address, 8).writeF64(address, value);
	}

	@Override
	public MemorySegment view(int address, int length) {
		return memory(address, length).view(address, length, arena(), false);
	}

	@Override
	public MemorySegment readOnlyView(int address, int length) {
		return memory(address, length).view(address, length, arena(), true);
	}

	@SuppressWarnings("MustBeClosedChecker") // close() closes it
	private Arena arena() {
		Arena arena = this.views;
		if (arena == null || !arena.scope().isAlive()) {
			arena = Arena.ofConfined();
			this.views = arena;
		}
		return arena;
	}

	/** Checks that the session or host call goes on, and on this thread. */
	void requireOpen() {
		if (this.closed) {
			throw new IllegalStateException(
					"This session or host call on module '" + this.guest.moduleName() + "' is over");
		}
		this.guest.requireUsable();
	}

	/** Numbers that are read or written one by one are not counted: they cost less. */
	private void copiedIn(long bytes) {
		this.guest.work().copiedIn(bytes);
	}

	private void copiedOut(long bytes) {
		this.guest.work().copiedOut(bytes);
	}

	private LinearMemory memory(int address, int length) {
		return range(address, Integer.toUnsignedLong(length));
	}

	private LinearMemory range(int address, long length) {
		requireOpen();
		LinearMemory memory = this.guest.memory();
		if (!memory.contains(address, length)) {
			throw outOfBounds(memory, address, length);
		}
		return memory;
	}

	private GuestAbiException outOfBounds(LinearMemory memory, int address, long length) {
		return new GuestAbiException(this.guest.moduleName(), null,
				length + " bytes at address " + Integer.toUnsignedString(address)
						+ " do not lie within the guest's memory of " + memory.size() + " bytes",
				null);
	}

	/** Ends a host call, whose views end before those of the lease. */
	void closeHostCall() {
		boolean viewed = this.views != null;
		close();
		if (viewed) {
			this.guest.memory().endViews();
		}
	}

	/**
	 * Ends it. Views on which native code works at this moment cannot be ended; then the
	 * memory is given to nobody else.
	 */
	@Override
	public void close() {
		this.closed = true;
		Arena arena = this.views;
		this.views = null;
		try {
			if (arena != null && arena.scope().isAlive()) {
				arena.close();
			}
		}
		catch (WrongThreadException _) {
			// The owner is dead, and on no other thread can the views be read.
		}
		catch (IllegalStateException _) {
			this.guest.usedOutside();
		}
	}

}
