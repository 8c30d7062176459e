package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.error.SandboxLimitException;
import org.jspecify.annotations.Nullable;

/**
 * Memory allocated for one lease, with the image copied in. Growing allocates anew and
 * copies; views of the smaller memory die then. Buffers are copied in, and back out if
 * the guest may write them.
 *
 * <p>
 * No memory is freed while a view of it lives: views end first, and where one cannot be
 * ended because somebody outside uses it, the memory stays allocated for good.
 */
final class PortableSlot extends MemorySlot {

	private final MemoryImage image;

	private final long capacity;

	/**
	 * Whether views can only be parts of the allocation, which die with it alone: native
	 * access is denied.
	 */
	private final boolean parts;

	private @Nullable Arena arena;

	/** What views of the allocation end with. */
	private final List<Arena> views = new ArrayList<>(1);

	/** Whether there are views that are parts. */
	private boolean divided;

	private MemorySegment memory = MemorySegment.NULL;

	/** The size of the memory, for threads that count it. */
	private volatile long allocated;

	PortableSlot(MemoryImage image, long capacity, MemoryAccount account) {
		this(image, capacity, !AddressSpace.DIRECT, account);
	}

	PortableSlot(MemoryImage image, long capacity, boolean parts, MemoryAccount account) {
		super(account);
		this.image = image;
		this.capacity = capacity;
		this.parts = parts;
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

	@Override
	MemorySegment view(long offset, long length, Arena arena) {
		if (this.parts) {
			this.divided = true;
			return this.memory.asSlice(offset, length);
		}
		if (!this.views.contains(arena)) {
			this.views.removeIf((known) -> !known.scope().isAlive());
			this.views.add(arena);
		}
		return MemorySegment.ofAddress(this.memory.address() + offset).reinterpret(length, arena, null);
	}

	/** Parts die only with the allocation, so that is made anew. */
	@Override
	boolean endViews(long used) {
		return this.divided && used > 0 && reallocate(used, used);
	}

	@Override
	boolean open(long bytes) {
		discard();
		count(bytes);
		if (bytes > 0 && !reallocate(0, bytes)) {
			throw new SandboxLimitException(null, null, "memory", 0, bytes,
					"the JVM could not allocate " + bytes
							+ " bytes for a sandbox; lower pool.max-size or limits.memory, or raise the memory of the "
							+ "process (-XX:MaxDirectMemorySize, the container's memory)",
					null);
		}
		this.image.copyTo(this.memory);
		return true;
	}

	/**
	 * Frees the memory, and with it all views. If native code or another thread is just
	 * then using a view, it stays allocated instead: nothing else ever comes to lie
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
		this.divided = false;
		boolean unused = true;
		for (Arena ends : this.views) {
			unused &= close(ends);
		}
		this.views.clear();
		if (former != null && unused) {
			boolean ignored = close(former);
		}
	}

	/** Whether nobody can use what is allocated in an arena any more. */
	private static boolean close(Arena arena) {
		try {
			if (arena.scope().isAlive()) {
				arena.close();
			}
			return true;
		}
		catch (WrongThreadException _) {
			// Its owner is dead, and on no other thread can it be used.
			return true;
		}
		catch (IllegalStateException _) {
			return false;
		}
	}

	@Override
	boolean grow(long from, long to) {
		if (to > this.capacity || !tryCount(to - from)) {
			return false;
		}
		return reallocate(from, to);
	}

	@SuppressWarnings("MustBeClosedChecker") // discard() closes it
	private boolean reallocate(long from, long to) {
		// Shared, because a lease whose thread died is closed by another one.
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
	boolean sharesBuffers() {
		return false;
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

	/** What is in use outside stays allocated anyway. */
	@Override
	public void abandon() {
		release();
	}

	@Override
	public void release() {
		// After a failed call there was no close.
		close(0, ResetStrategy.safe());
	}

}
