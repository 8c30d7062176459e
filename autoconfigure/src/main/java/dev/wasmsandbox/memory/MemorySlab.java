package dev.wasmsandbox.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import dev.wasmsandbox.error.SandboxLimitException;

/**
 * The slots of one module. Address ranges are reserved for many slots at a time and cost
 * nothing; a slot's range is mapped when it is taken, and closed off, not unmapped, when
 * it is given back, so that no other mapping can come to lie there while the slab lives.
 *
 * <p>
 * Thread-safe. The slab owns its image: image and ranges go back to the system when the
 * slab is closed and no slot is out any more, not before, because a slot that is out
 * still copies from the image.
 */
public final class MemorySlab implements AutoCloseable {

	/** Address space reserved at a time, unless one slot is larger. */
	private static final long RANGE_BYTES = 64L << 30;

	private record Range(long address, long bytes) {
	}

	private final MemoryBackend backend;

	private final MemoryImage image;

	private final long slotBytes;

	private final int maxSlots;

	private final List<Range> ranges = new ArrayList<>();

	private final Deque<Long> free = new ArrayDeque<>();

	private int out;

	private boolean closed;

	/**
	 * A slab of mapped slots.
	 * @param image what each slot starts with; it goes with the slab
	 * @param slotBytes the capacity of a slot, a multiple of 64 KiB
	 * @param maxSlots how many slots are wanted at the most; bounds what is reserved
	 */
	public MemorySlab(MemoryImage image, long slotBytes, int maxSlots) {
		this(MemoryBackend.MAPPED, image, slotBytes, maxSlots);
	}

	/** A slab on the given backend. */
	public MemorySlab(MemoryBackend backend, MemoryImage image, long slotBytes, int maxSlots) {
		if (slotBytes < image.size() || (slotBytes & 0xffff) != 0) {
			throw new IllegalArgumentException("A slot must be a multiple of 64 KiB and hold the image of "
					+ image.size() + " bytes, but has " + slotBytes);
		}
		this.backend = backend;
		this.image = image;
		this.slotBytes = slotBytes;
		this.maxSlots = Math.max(1, maxSlots);
	}

	/** The capacity of a slot in bytes. */
	public long slotBytes() {
		return this.slotBytes;
	}

	/** The size of the image each slot starts with, in bytes. */
	public long imageBytes() {
		return this.image.size();
	}

	/**
	 * Takes a slot.
	 * @throws SandboxLimitException if the system has no room for it
	 * @throws IllegalStateException if the slab is closed
	 */
	public MemorySlot take() {
		if (this.backend == MemoryBackend.PORTABLE || this.slotBytes == 0) {
			return new PortableSlot(this.image, this.slotBytes);
		}
		MappingBudget.take(1);
		boolean taken = false;
		try {
			long address = reserve();
			MappedSlot slot = map(address);
			taken = true;
			return slot;
		}
		finally {
			if (!taken) {
				MappingBudget.giveBack(1);
			}
		}
	}

	private MappedSlot map(long address) {
		int file = this.image.file();
		int flags = NativeMemory.MAP_PRIVATE | NativeMemory.MAP_FIXED | NativeMemory.MAP_NORESERVE
				| ((this.image.size() == 0) ? NativeMemory.MAP_ANONYMOUS : 0);
		long mapped = NativeMemory.map(address, this.slotBytes, NativeMemory.PROT_READ_WRITE, flags, file);
		if (mapped != address) {
			putBack(address);
			throw refused(this.slotBytes);
		}
		NativeMemory.keepPrivate(address, this.slotBytes);
		return new MappedSlot(this, this.image, address);
	}

	private synchronized long reserve() {
		if (this.closed) {
			throw new IllegalStateException("The slab is closed");
		}
		Long address = this.free.pollLast();
		if (address == null) {
			address = reserveRange();
		}
		this.out++;
		return address;
	}

	/** Reserves one more range, less of it where the system refuses much. */
	private long reserveRange() {
		long slots = Math.max(1, Math.min(this.maxSlots, RANGE_BYTES / this.slotBytes));
		for (; slots > 0; slots /= 4) {
			long bytes = slots * this.slotBytes;
			long address = NativeMemory.map(0, bytes, NativeMemory.PROT_NONE,
					NativeMemory.MAP_PRIVATE | NativeMemory.MAP_ANONYMOUS | NativeMemory.MAP_NORESERVE, -1);
			if (address != -1) {
				this.ranges.add(new Range(address, bytes));
				for (long slot = slots - 1; slot > 0; slot--) {
					this.free.addFirst(address + slot * this.slotBytes);
				}
				return address;
			}
		}
		throw refused(this.slotBytes);
	}

	private static SandboxLimitException refused(long bytes) {
		return new SandboxLimitException(null, null, "address space", 0, bytes, "the operating system refused " + bytes
				+ " bytes of address space; lower limits.memory or pool.max-size, or raise the process's limits "
				+ "(ulimit -v, vm.max_map_count, vm.overcommit_memory)", null);
	}

	/** Closes a slot's range off; its pages and its mapping are gone. */
	void giveBack(long address, int mappings) {
		NativeMemory.map(address, this.slotBytes, NativeMemory.PROT_NONE, NativeMemory.MAP_PRIVATE
				| NativeMemory.MAP_FIXED | NativeMemory.MAP_ANONYMOUS | NativeMemory.MAP_NORESERVE, -1);
		MappingBudget.giveBack(mappings);
		putBack(address);
	}

	private synchronized void putBack(long address) {
		this.free.addLast(address);
		this.out--;
		unmapIfDone();
	}

	/** Lets no further slot be taken. */
	@Override
	public synchronized void close() {
		this.closed = true;
		unmapIfDone();
	}

	private void unmapIfDone() {
		if (this.closed && this.out == 0) {
			this.ranges.forEach((range) -> NativeMemory.unmap(range.address(), range.bytes()));
			this.ranges.clear();
			this.free.clear();
			this.image.release();
		}
	}

}
