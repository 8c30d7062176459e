package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A slot of a slab: one private mapping of the image as long as the slot, and one more of
 * anonymous memory behind the image once the memory has grown. What lies beyond the
 * image's end in the first one is never reached: the bounds forbid it.
 */
final class MappedSlot extends MemorySlot {

	/** Up to here zeroing is cheaper than dropping pages and faulting them in again. */
	private static final long ZERO_IN_PLACE = 64 * 1024;

	private final MemorySlab slab;

	private final MemoryImage image;

	private final long address;

	/** The end of the anonymous mapping behind the image; zero without one. */
	private long grownTo;

	private boolean released;

	MappedSlot(MemorySlab slab, MemoryImage image, long address) {
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
		return bytes == this.image.size();
	}

	@Override
	boolean grow(long from, long to) {
		if (to <= this.grownTo) {
			return true;
		}
		boolean first = this.grownTo == 0;
		if (first && !MappingBudget.tryTake(1)) {
			return false;
		}
		long begin = Math.max(from, this.grownTo);
		long mapped = NativeMemory.map(this.address + begin, to - begin, NativeMemory.PROT_READ_WRITE,
				NativeMemory.MAP_PRIVATE | NativeMemory.MAP_FIXED | NativeMemory.MAP_ANONYMOUS
						| NativeMemory.MAP_NORESERVE,
				-1);
		if (mapped == -1) {
			if (first) {
				MappingBudget.giveBack(1);
			}
			return false;
		}
		NativeMemory.keepPrivate(mapped, to - begin);
		this.grownTo = to;
		return true;
	}

	@Override
	long close(long used, ResetStrategy strategy) {
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
	public void trim() {
		NativeMemory.discard(this.address, Math.max(this.image.size(), this.grownTo));
	}

	@Override
	public void release() {
		if (!this.released) {
			this.released = true;
			this.slab.giveBack(this.address, (this.grownTo > 0) ? 2 : 1);
		}
	}

}
