package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

import dev.wasmsandbox.error.SandboxLimitException;

/**
 * A slot of a slab: one private mapping of the image as long as the slot, and one more of
 * anonymous memory behind the image once the memory has grown. What lies beyond the
 * image's end in the first one is never reached: the bounds forbid it.
 *
 * <p>
 * A buffer mapped into it cuts the mappings at its two ends, and the kernel does not
 * always join the pieces when the image is put back between them: it keeps pieces apart
 * that were written meanwhile. So cuts are counted until the slot is closed, which maps a
 * slot with cuts anew as a whole; that takes all buffers away in one step.
 */
final class MappedSlot extends MemorySlot {

	/** Up to here zeroing is cheaper than dropping pages and faulting them in again. */
	private static final long ZERO_IN_PLACE = 64 * 1024;

	private static final int PRIVATE = NativeMemory.MAP_PRIVATE | NativeMemory.MAP_NORESERVE;

	private final MemorySlab slab;

	private final MemoryImage image;

	private final long address;

	/** Whether there is an anonymous mapping, from the image's end to the slot's. */
	private boolean grown;

	/** Offsets at which a mapping may end. */
	private Set<Long> cuts = Set.of();

	private boolean released;

	MappedSlot(MemorySlab slab, MemoryImage image, long address, MemoryAccount account) {
		super(account);
		this.slab = slab;
		this.image = image;
		this.address = address;
	}

	@Override
	public long capacity() {
		return this.slab.slotBytes();
	}

	@Override
	long imageBytes() {
		return this.image.size();
	}

	@Override
	MemorySegment segment() {
		return AddressSpace.ALL;
	}

	@Override
	long base() {
		return this.address;
	}

	@Override
	MemorySegment view(long offset, long length, Arena arena) {
		return MemorySegment.ofAddress(this.address + offset).reinterpret(length, arena, null);
	}

	@Override
	boolean open(long bytes) {
		requireRoom();
		return bytes == this.image.size();
	}

	@Override
	boolean grow(long from, long to) {
		if (!tryCount(to - from)) {
			return false;
		}
		if (mapGrown()) {
			return true;
		}
		uncount(to - from);
		return false;
	}

	private boolean mapGrown() {
		if (this.grown) {
			return true;
		}
		if (!MappingBudget.tryTake(1)) {
			return false;
		}
		// Counted first: a mapping that fails may have cut the former one all the same.
		this.grown = true;
		// To the end at once: else the rest would be a third mapping.
		return mapZeroes(this.image.size(), capacity());
	}

	private boolean mapZeroes(long from, long to) {
		return map(from, to, PRIVATE | NativeMemory.MAP_ANONYMOUS, -1, 0);
	}

	private boolean map(long from, long to, int flags, int file, long fileOffset) {
		if (from >= to) {
			return true;
		}
		long mapped = NativeMemory.map(this.address + from, to - from, NativeMemory.PROT_READ_WRITE,
				flags | NativeMemory.MAP_FIXED, file, fileOffset);
		if (mapped == -1) {
			plug(from, to);
			breakDown();
			return false;
		}
		NativeMemory.keepPrivate(mapped, to - from);
		return true;
	}

	/**
	 * A mapping that fails half-way leaves a hole, into which views still reach: closes
	 * it, without taking anything away that came to lie there meanwhile. From then on
	 * nothing is done to the slot: nobody can tell whose what lies there is.
	 */
	private void plug(long from, long to) {
		long ignored = NativeMemory.map(this.address + from, to - from, NativeMemory.PROT_READ_WRITE,
				PRIVATE | NativeMemory.MAP_ANONYMOUS | NativeMemory.MAP_FIXED_NOREPLACE, -1);
	}

	@Override
	void attach(BufferPlace place) {
		cut(place);
		int flags = place.shared() ? NativeMemory.MAP_SHARED : PRIVATE;
		if (map(place.offset(), place.end(), flags, place.buffer().file(), 0)) {
			return;
		}
		throw new SandboxLimitException(null, null, "address space", 0, place.bytes(),
				"the operating system refused to map a buffer of " + place.bytes()
						+ " bytes into a sandbox; raise the process's limits (ulimit -v, vm.max_map_count, "
						+ "vm.overcommit_memory) or map fewer buffers",
				null);
	}

	/** Counts the ends of a place, those that are not counted yet. */
	private void cut(BufferPlace place) {
		Set<Long> all = new HashSet<>(this.cuts);
		all.add(place.offset());
		all.add(place.end());
		MappingBudget.take(all.size() - this.cuts.size());
		this.cuts = all;
	}

	@Override
	boolean sharesBuffers() {
		return true;
	}

	@Override
	boolean detach(BufferPlace place) {
		long imageEnd = Math.clamp(this.image.size(), place.offset(), place.end());
		return map(place.offset(), imageEnd, PRIVATE, this.image.file(), place.offset())
				&& mapZeroes(imageEnd, place.end());
	}

	/** As the slab has mapped it at first. */
	private boolean mapAnew() {
		boolean empty = this.image.size() == 0;
		if (!map(0, capacity(), PRIVATE | (empty ? NativeMemory.MAP_ANONYMOUS : 0), this.image.file(), 0)) {
			return false;
		}
		MappingBudget.giveBack(mappings() - 1);
		this.grown = false;
		this.cuts = Set.of();
		forgetPlaces();
		return true;
	}

	private int mappings() {
		return 1 + (this.grown ? 1 : 0) + this.cuts.size();
	}

	@Override
	long close(long used, ResetStrategy strategy) {
		long written = reset(used, strategy);
		uncountAll();
		return written;
	}

	private long reset(long used, ResetStrategy strategy) {
		if (broken()) {
			return -1;
		}
		if (!this.cuts.isEmpty()) {
			return mapAnew() ? 0 : -1;
		}
		long size = this.image.size();
		if (used > size && !zero(this.address + size, used - size)) {
			return -1;
		}
		if (size == 0) {
			return 0;
		}
		return switch (strategy) {
			case COPY_BACK -> {
				this.image.copyTo(0, this.address, size);
				yield 0;
			}
			case GIVE_BACK -> NativeMemory.discard(this.address, size) ? 0 : -1;
			case WRITTEN_PAGES -> WrittenPages.scan(this.address, this.address + size,
					(from, to) -> this.image.copyTo(from - this.address, from, to - from));
		};
	}

	private static boolean zero(long address, long bytes) {
		if (bytes <= ZERO_IN_PLACE) {
			AddressSpace.ALL.asSlice(address, bytes).fill((byte) 0);
			return true;
		}
		return NativeMemory.discard(address, bytes);
	}

	@Override
	public long residentBytes() {
		return Residency.ofRange(this.address, capacity());
	}

	@Override
	public void trim() {
		if (!broken()) {
			NativeMemory.discard(this.address, this.grown ? capacity() : this.image.size());
		}
	}

	@Override
	public void abandon() {
		breakDown();
		release();
	}

	@Override
	public void release() {
		if (!this.released) {
			this.released = true;
			if (broken()) {
				this.slab.giveUp(this.address);
			}
			else {
				this.slab.giveBack(this.address, mappings());
			}
			forgetPlaces();
			uncountAll();
		}
	}

}
