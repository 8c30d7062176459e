package dev.wasmsandbox.abi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.guest.HostMemory;

/**
 * The memory in which an Extism plug-in and its host exchange data: blocks at 64-bit
 * addresses that have nothing to do with the guest's own memory. No address is believed:
 * whatever lies outside of what was ever allocated reads as zero and is not written.
 *
 * <p>
 * What is known of the blocks is kept beside the data, where the guest cannot write, and
 * takes a quarter of the data's size. Blocks are allocated and freed in constant time.
 */
final class KernelMemory {

	/** Blocks begin at multiples of this, the first one at the first: 0 is no address. */
	private static final int GRANULE = 16;

	private static final int NOT_A_BLOCK = 0;

	private static final int FIRST_CAPACITY = 4_096;

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private final long limit;

	/** Where is counted what this takes. */
	private final HostMemory room;

	private byte[] bytes = {};

	/**
	 * For each granule the length of the block that begins there; below zero, the next
	 * free one of its class, less 1 and negated, where it was freed.
	 */
	private int[] blocks = {};

	/** The first free block of each class, 0 for none. */
	private final int[] free = new int[256];

	/** Where the next new block begins. */
	private int end = GRANULE;

	/**
	 * An empty memory.
	 * @param limit the most bytes that blocks may take, each rounded up to a size class
	 * @param room where is counted what that takes in the host
	 */
	KernelMemory(long limit, HostMemory room) {
		this.limit = Math.min(limit, Integer.MAX_VALUE / 2);
		this.room = room;
	}

	/**
	 * Allocates a block; what is in it, is what was there before.
	 * @return its address, 0 for a length of 0, or -1 where the limit leaves no room
	 * @throws SandboxLimitException where the host has no room; nothing has changed
	 */
	long allocate(long length) {
		if (length == 0) {
			return 0;
		}
		if (length < 0 || length > this.limit) {
			return -1;
		}
		int index = SizeClass.of((int) length);
		int block = this.free[index];
		if (block != 0) {
			this.free[index] = -(this.blocks[block] + 1);
		}
		else {
			long size = SizeClass.size(index);
			if (this.end + size > this.limit + GRANULE) {
				return -1;
			}
			reserve(this.end + (int) size);
			block = this.end / GRANULE;
			this.end += (int) size;
		}
		this.blocks[block] = (int) length;
		return (long) block * GRANULE;
	}

	private void reserve(int size) {
		if (size > this.bytes.length) {
			long wanted = Math.max(Math.max(FIRST_CAPACITY, size), this.bytes.length * 2L);
			int capacity = (int) Math.max(size, Math.min(wanted, this.limit + GRANULE));
			int granules = capacity / GRANULE + 1;
			this.room.take(capacity - this.bytes.length + (long) Integer.BYTES * (granules - this.blocks.length));
			this.bytes = Arrays.copyOf(this.bytes, capacity);
			this.blocks = Arrays.copyOf(this.blocks, granules);
		}
	}

	/** Frees a block; what is no block's address is passed over. */
	void free(long address) {
		int length = length(address);
		if (length > 0) {
			int block = (int) (address / GRANULE);
			int index = SizeClass.of(length);
			this.blocks[block] = -(this.free[index] + 1);
			this.free[index] = block;
		}
	}

	/** The length of the block that begins at an address; 0 if none does. */
	int length(long address) {
		if (address <= 0 || address >= this.end || address % GRANULE != 0) {
			return NOT_A_BLOCK;
		}
		return Math.max(this.blocks[(int) (address / GRANULE)], NOT_A_BLOCK);
	}

	/** Whether a range has been allocated, as one block or as several. */
	boolean contains(long address, long length) {
		return address >= GRANULE && length >= 0 && address <= this.end && length <= this.end - address;
	}

	int loadByte(long address) {
		return contains(address, 1) ? this.bytes[(int) address] & 0xff : 0;
	}

	long loadLong(long address) {
		return contains(address, Long.BYTES) ? (long) LONG.get(this.bytes, (int) address) : 0;
	}

	void storeByte(long address, byte value) {
		if (contains(address, 1)) {
			this.bytes[(int) address] = value;
		}
	}

	void storeLong(long address, long value) {
		if (contains(address, Long.BYTES)) {
			LONG.set(this.bytes, (int) address, value);
		}
	}

	/** Copies a range out that is {@link #contains contained}. */
	byte[] read(long address, int length) {
		return (length > 0) ? Arrays.copyOfRange(this.bytes, (int) address, (int) address + length) : new byte[0];
	}

	/**
	 * Makes a block of bytes.
	 * @return as {@link #allocate}
	 */
	long put(byte[] content) {
		long address = allocate(content.length);
		if (address > 0) {
			System.arraycopy(content, 0, this.bytes, (int) address, content.length);
		}
		return address;
	}

	/** How many bytes blocks have taken since the beginning. */
	int size() {
		return this.end - GRANULE;
	}

	/** Frees all blocks and forgets what was in them. */
	void clear() {
		Arrays.fill(this.bytes, 0, Math.min(this.end, this.bytes.length), (byte) 0);
		Arrays.fill(this.blocks, 0, Math.min(this.end / GRANULE + 1, this.blocks.length), NOT_A_BLOCK);
		Arrays.fill(this.free, 0);
		this.end = GRANULE;
	}

	/**
	 * Sizes of blocks: four for each power of two, so that at most a fifth is wasted, all
	 * multiples of the granule.
	 */
	private static final class SizeClass {

		private static final int SMALL = 8;

		static int of(int length) {
			int granules = (length + GRANULE - 1) / GRANULE;
			if (granules <= SMALL) {
				return granules;
			}
			int shift = 31 - Integer.numberOfLeadingZeros(granules - 1) - 2;
			int quarters = ((granules - 1) >> shift) + 1;
			return SMALL + (shift - 1) * 4 + (quarters - 4);
		}

		static long size(int index) {
			if (index <= SMALL) {
				return (long) index * GRANULE;
			}
			int step = index - SMALL - 1;
			return (long) (step % 4 + 5) << (step / 4 + 1) << 4;
		}

	}

}
