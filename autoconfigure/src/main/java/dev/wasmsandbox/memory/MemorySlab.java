package dev.wasmsandbox.memory;

import java.util.ArrayList;
import java.util.BitSet;
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

	/**
	 * Reserved addresses. To the system each run of free slots is one mapping, as each
	 * slot in use is; so a slot given back between two others frees none.
	 */
	private record Range(long address, int slots, BitSet free, BitSet lost) {

		Range(long address, int slots) {
			this(address, slots, new BitSet(), new BitSet());
			this.free.set(0, slots);
		}

		/** The mappings that taking this free slot adds, and that freeing it removes. */
		int mappings(int slot) {
			return ((slot > 0 && this.free.get(slot - 1)) ? 1 : 0) + (this.free.get(slot + 1) ? 1 : 0);
		}

	}

	private final MemoryBackend backend;

	private final MemoryImage image;

	private final long slotBytes;

	private final int maxSlots;

	private final List<Range> ranges = new ArrayList<>();

	private volatile HotPages hotPages = HotPages.NONE;

	private final MemoryAccount account;

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
		this(backend, image, slotBytes, maxSlots, MemoryAccount.ofNobody());
	}

	/**
	 * A slab on the given backend whose memory is counted.
	 * @throws SandboxLimitException if the account's budget has no room for the image
	 */
	public MemorySlab(MemoryBackend backend, MemoryImage image, long slotBytes, int maxSlots, MemoryAccount account) {
		if (slotBytes < image.size() || (slotBytes & 0xffff) != 0) {
			throw new IllegalArgumentException("A slot must be a multiple of 64 KiB and hold the image of "
					+ image.size() + " bytes, but has " + slotBytes);
		}
		this.backend = backend;
		this.image = image;
		this.slotBytes = slotBytes;
		this.maxSlots = Math.max(1, maxSlots);
		this.account = account;
		boolean counted = false;
		try {
			account.takeImage(image.residentBytes());
			counted = true;
		}
		finally {
			if (!counted) {
				image.release();
			}
		}
	}

	/** The capacity of a slot in bytes. */
	public long slotBytes() {
		return this.slotBytes;
	}

	/** The size of the image each slot starts with, in bytes. */
	public long imageBytes() {
		return this.image.size();
	}

	/** Whether all of a slot's memory is counted, not only what it grew by. */
	public boolean countsAll() {
		return this.backend == MemoryBackend.PORTABLE;
	}

	/** What the image takes in memory at this moment, in bytes. */
	public long residentImageBytes() {
		return this.image.residentBytes();
	}

	/**
	 * Says what calls write, so that slots taken from now on have the pages that all of
	 * them wrote.
	 * @param calls the offsets of the pages each call wrote, in ascending order
	 */
	public void expectWrites(List<long[]> calls) {
		this.hotPages = HotPages.of(calls);
	}

	/**
	 * Takes a slot.
	 * @throws SandboxLimitException if the system has no room for it
	 * @throws IllegalStateException if the slab is closed
	 */
	public MemorySlot take() {
		if (this.backend == MemoryBackend.PORTABLE || this.slotBytes == 0) {
			requireOpen();
			return new PortableSlot(this.image, this.slotBytes, this.account);
		}
		return map(reserve());
	}

	private MappedSlot map(long address) {
		int file = this.image.file();
		int flags = NativeMemory.MAP_PRIVATE | NativeMemory.MAP_FIXED | NativeMemory.MAP_NORESERVE
				| ((this.image.size() == 0) ? NativeMemory.MAP_ANONYMOUS : 0);
		long mapped = NativeMemory.map(address, this.slotBytes, NativeMemory.PROT_READ_WRITE, flags, file);
		if (mapped != address) {
			giveUp(address);
			throw refused(this.slotBytes);
		}
		NativeMemory.keepPrivate(address, this.slotBytes);
		this.hotPages.populate(address);
		return new MappedSlot(this, this.image, address, this.account);
	}

	private synchronized void requireOpen() {
		if (this.closed) {
			throw new IllegalStateException("The slab is closed");
		}
	}

	private synchronized long reserve() {
		requireOpen();
		Range range = this.ranges.stream().filter((one) -> !one.free().isEmpty()).findFirst().orElse(null);
		if (range == null) {
			range = reserveRange();
		}
		int slot = range.free().nextSetBit(0);
		MappingBudget.take(range.mappings(slot));
		range.free().clear(slot);
		this.out++;
		return range.address() + slot * this.slotBytes;
	}

	/** Reserves one more range, less of it where the system refuses much. */
	private Range reserveRange() {
		MappingBudget.take(1);
		long slots = Math.max(1, Math.min(this.maxSlots, RANGE_BYTES / this.slotBytes));
		for (; slots > 0; slots /= 4) {
			long address = NativeMemory.map(0, slots * this.slotBytes, NativeMemory.PROT_NONE,
					NativeMemory.MAP_PRIVATE | NativeMemory.MAP_ANONYMOUS | NativeMemory.MAP_NORESERVE, -1);
			if (address != -1) {
				Range range = new Range(address, (int) slots);
				this.ranges.add(range);
				this.account.reserve(slots * this.slotBytes);
				return range;
			}
		}
		MappingBudget.giveBack(1);
		throw refused(this.slotBytes);
	}

	private static SandboxLimitException refused(long bytes) {
		return new SandboxLimitException(null, null, "address space", 0, bytes, "the operating system refused " + bytes
				+ " bytes of address space; lower limits.memory or pool.max-size, or raise the process's limits "
				+ "(ulimit -v, vm.max_map_count, vm.overcommit_memory)", null);
	}

	/**
	 * Closes a slot's range off; its pages and its mapping are gone. Where the system
	 * refuses that, the slot is given up.
	 */
	void giveBack(long address, int mappings) {
		long closed = NativeMemory.map(address, this.slotBytes, NativeMemory.PROT_NONE, NativeMemory.MAP_PRIVATE
				| NativeMemory.MAP_FIXED | NativeMemory.MAP_ANONYMOUS | NativeMemory.MAP_NORESERVE, -1);
		if (closed != address) {
			giveUp(address);
			return;
		}
		MappingBudget.giveBack(mappings - 1);
		putBack(address);
	}

	/**
	 * Leaves a slot's addresses alone for good, because they may be somebody else's by
	 * now or somebody still uses them: they are neither handed out again nor unmapped,
	 * and stay counted.
	 */
	synchronized void giveUp(long address) {
		Range range = rangeOf(address);
		range.lost().set((int) ((address - range.address()) / this.slotBytes));
		this.out--;
		unmapIfDone();
	}

	private Range rangeOf(long address) {
		long bytes = this.slotBytes;
		return this.ranges.stream()
			.filter((one) -> address >= one.address() && address < one.address() + one.slots() * bytes)
			.findFirst()
			.orElseThrow();
	}

	private synchronized void putBack(long address) {
		Range range = rangeOf(address);
		int slot = (int) ((address - range.address()) / this.slotBytes);
		range.free().set(slot);
		MappingBudget.giveBack(range.mappings(slot));
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
			this.ranges.forEach(this::unmap);
			this.ranges.clear();
			this.image.release();
		}
	}

	/** All of a range but the slots that were given up; what cannot be stays counted. */
	private void unmap(Range range) {
		this.account.reserve(-range.slots() * this.slotBytes);
		int from = 0;
		boolean gone = range.lost().isEmpty();
		while (from < range.slots()) {
			int lost = range.lost().nextSetBit(from);
			int to = (lost < 0) ? range.slots() : lost;
			if (to > from) {
				gone &= NativeMemory.unmap(range.address() + from * this.slotBytes, (to - from) * this.slotBytes);
			}
			from = to + 1;
		}
		if (gone) {
			MappingBudget.giveBack(1);
		}
	}

}
