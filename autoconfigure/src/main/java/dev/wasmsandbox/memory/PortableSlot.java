package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

/**
 * Memory allocated for one lease, with the image copied in. Growing allocates anew and
 * copies; views of the smaller memory die then. Buffers are copied in, and back out if
 * the guest may write them.
 */
final class PortableSlot extends MemorySlot {

	private final MemoryImage image;

	private final long capacity;

	private @Nullable Arena arena;

	private MemorySegment memory = MemorySegment.NULL;

	/** The size of the memory, for threads that count it. */
	private volatile long allocated;

	PortableSlot(MemoryImage image, long capacity, MemoryAccount account) {
		super(account);
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
		count(bytes);
		// Shared, because a lease whose thread died is closed by another one.
		Arena fresh = Arena.ofShared();
		this.arena = fresh;
		this.memory = fresh.allocate(bytes, 16);
		this.allocated = bytes;
	}

	/**
	 * Frees the memory, and with it all views. If another thread is just then reading a
	 * view for the system, it stays allocated instead: nothing else ever comes to lie
	 * there.
	 */
	private void discard() {
		free();
		uncountAll();
	}

	private void free() {
		this.allocated = 0;
		Arena former = this.arena;
		this.arena = null;
		this.memory = MemorySegment.NULL;
		try {
			if (former != null) {
				former.close();
			}
		}
		catch (IllegalStateException _) {
			// Held by a running system call: lost, but never given to anyone else.
		}
	}

	@Override
	@SuppressWarnings("MustBeClosedChecker") // discard() closes it
	boolean grow(long from, long to) {
		if (to > this.capacity || !tryCount(to - from)) {
			return false;
		}
		Arena larger = Arena.ofShared();
		try {
			MemorySegment grown = larger.allocate(to, 16);
			MemorySegment.copy(this.memory, 0, grown, 0, from);
			free();
			this.arena = larger;
			this.memory = grown;
			this.allocated = to;
			return true;
		}
		catch (OutOfMemoryError _) {
			larger.close();
			uncount(to - from);
			return false;
		}
	}

	@Override
	void attach(BufferPlace place) {
		MemorySegment.copy(place.buffer().memory(), 0, segment(), base() + place.offset(), place.bytes());
	}

	@Override
	boolean detach(BufferPlace place) {
		copyBack(place);
		this.image.restore(place.offset(), segment(), base() + place.offset(), place.bytes());
		return true;
	}

	private void copyBack(BufferPlace place) {
		if (place.shared()) {
			MemorySegment.copy(segment(), base() + place.offset(), place.buffer().memory(), 0, place.bytes());
		}
	}

	@Override
	long close(long used, ResetStrategy strategy) {
		places().forEach(this::copyBack);
		forgetPlaces();
		discard();
		return 0;
	}

	@Override
	public long residentBytes() {
		return this.allocated;
	}

	@Override
	public void trim() {
		// Between leases nothing is held.
	}

	@Override
	public void release() {
		// After a failed call there was no close.
		close(0, ResetStrategy.safe());
	}

}
