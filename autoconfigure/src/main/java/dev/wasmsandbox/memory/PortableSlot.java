package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

/**
 * Memory allocated for one lease, by the thread that holds it, with the image copied in.
 * Growing allocates anew and copies; views of the smaller memory die then.
 */
final class PortableSlot extends MemorySlot {

	private final MemoryImage image;

	private final long capacity;

	private @Nullable Arena arena;

	private MemorySegment memory = MemorySegment.NULL;

	PortableSlot(MemoryImage image, long capacity) {
		this.image = image;
		this.capacity = capacity;
	}

	@Override
	public long capacity() {
		return this.capacity;
	}

	@Override
	long imageBytes() {
		return this.image.size();
	}

	@Override
	MemorySegment segment() {
		return AddressSpace.DIRECT ? AddressSpace.ALL : this.memory;
	}

	@Override
	long base() {
		return AddressSpace.DIRECT ? this.memory.address() : 0;
	}

	/** A part of the allocation itself, so that it dies when that is given back. */
	@Override
	MemorySegment view(long offset, long length, Arena arena) {
		return this.memory.asSlice(offset, length);
	}

	@Override
	boolean open(long bytes) {
		allocate(bytes);
		this.image.copyTo(this.memory);
		return true;
	}

	@SuppressWarnings("MustBeClosedChecker") // discard() closes it
	private void allocate(long bytes) {
		discard();
		if (bytes == 0) {
			return;
		}
		Arena fresh = Arena.ofConfined();
		this.arena = fresh;
		this.memory = fresh.allocate(bytes, 16);
	}

	/**
	 * Frees the memory. That of a thread which died without closing its session stays
	 * allocated, since nobody else may close it; views bound to a thread are worth that.
	 */
	private void discard() {
		Arena former = this.arena;
		this.arena = null;
		this.memory = MemorySegment.NULL;
		try {
			if (former != null) {
				former.close();
			}
		}
		catch (WrongThreadException _) {
			// Its thread is dead; no one reaches the memory any more.
		}
	}

	@Override
	@SuppressWarnings("MustBeClosedChecker") // discard() closes it
	boolean grow(long from, long to) {
		if (to > this.capacity) {
			return false;
		}
		Arena larger = Arena.ofConfined();
		try {
			MemorySegment grown = larger.allocate(to, 16);
			MemorySegment.copy(this.memory, 0, grown, 0, from);
			discard();
			this.arena = larger;
			this.memory = grown;
			return true;
		}
		catch (OutOfMemoryError _) {
			larger.close();
			return false;
		}
	}

	@Override
	long close(long used, ResetStrategy strategy) {
		discard();
		return 0;
	}

	@Override
	public void trim() {
		// Between leases nothing is held.
	}

	@Override
	public void release() {
		// The memory went with the lease; one that was never given back keeps its own.
	}

}
