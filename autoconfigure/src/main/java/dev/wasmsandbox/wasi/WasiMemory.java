package dev.wasmsandbox.wasi;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.LeaseWork;
import dev.wasmsandbox.engine.LinearMemory;

/**
 * The calling guest's memory. Every address and length is checked; a bad one is
 * {@link Errno#FAULT}, also where the module has no memory.
 */
final class WasiMemory {

	private static final int LONGEST_PATH = 4_096;

	private final LinearMemory memory;

	private final LeaseWork work;

	WasiMemory(GuestInstance guest) {
		this.memory = guest.memory();
		this.work = guest.work();
	}

	void require(int address, long length) throws WasiFailure {
		if (!this.memory.contains(address, length)) {
			throw new WasiFailure(Errno.FAULT);
		}
	}

	int i32(int address) throws WasiFailure {
		require(address, 4);
		return this.memory.readInt(address);
	}

	int u16(int address) throws WasiFailure {
		require(address, 2);
		return Short.toUnsignedInt(this.memory.readShort(address));
	}

	int u8(int address) throws WasiFailure {
		require(address, 1);
		return Byte.toUnsignedInt(this.memory.read(address));
	}

	long i64(int address) throws WasiFailure {
		require(address, 8);
		return this.memory.readLong(address);
	}

	void i32(int address, int value) throws WasiFailure {
		require(address, 4);
		this.memory.writeI32(address, value);
	}

	void i64(int address, long value) throws WasiFailure {
		require(address, 8);
		this.memory.writeLong(address, value);
	}

	void read(int address, byte[] target, int length) throws WasiFailure {
		require(address, length);
		this.memory.read(address, target, 0, length);
		this.work.copiedOut(length);
	}

	void write(int address, byte[] source, int length) throws WasiFailure {
		require(address, length);
		this.memory.write(address, source, 0, length);
		this.work.copiedIn(length);
	}

	void write(int address, ByteBuffer source) throws WasiFailure {
		byte[] bytes = new byte[source.capacity()];
		source.get(0, bytes);
		write(address, bytes, bytes.length);
	}

	/** Reads a path. */
	String path(int address, int length) throws WasiFailure {
		require(address, Integer.toUnsignedLong(length));
		if (length > LONGEST_PATH) {
			throw new WasiFailure(Errno.NAMETOOLONG);
		}
		byte[] bytes = new byte[length];
		read(address, bytes, length);
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException _) {
			throw new WasiFailure(Errno.ILSEQ);
		}
	}

}
