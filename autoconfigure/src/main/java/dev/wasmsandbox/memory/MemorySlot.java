package dev.wasmsandbox.memory;

import dev.wasmsandbox.error.SandboxLimitException;

/**
 * A reserved address range that can hold one linear memory at its largest. Pages cost
 * nothing before they are touched, and the range never moves, so growing a memory copies
 * nothing.
 *
 * <p>
 * Invariant: whoever holds a slot holds it alone, and {@link #clear} leaves only zeroes
 * behind. Not thread-safe; handing a slot over needs a happens-before edge.
 */
public final class MemorySlot {

	/**
	 * Up to here zeroing in place is cheaper than dropping the pages and faulting them in
	 * again.
	 */
	private static final long CLEAR_IN_PLACE = 128 * 1024;

	private final long capacity;

	private long address;

	private MemorySlot(long address, long capacity) {
		this.address = address;
		this.capacity = capacity;
	}

	/**
	 * Reserves a slot.
	 * @param capacity its size in bytes, a multiple of 64 KiB; zero is allowed
	 * @throws SandboxLimitException if the system refuses the address range
	 */
	public static MemorySlot reserve(long capacity) {
		if (capacity < 0 || (capacity & 0xffff) != 0) {
			throw new IllegalArgumentException("The capacity must be a multiple of 64 KiB, but is " + capacity);
		}
		long address = (capacity == 0) ? 0 : NativeMemory.reserve(capacity);
		if (address == -1) {
			throw new SandboxLimitException(null, null, "address space", 0, capacity,
					"the operating system refused " + capacity
							+ " bytes of address space; lower limits.memory or pool.max-size, or raise the "
							+ "process's limits (ulimit -v, vm.max_map_count, vm.overcommit_memory)",
					null);
		}
		return new MemorySlot(address, capacity);
	}

	/** The size of the range in bytes. */
	public long capacity() {
		return this.capacity;
	}

	long address() {
		return this.address;
	}

	/**
	 * Makes the first bytes of the slot zero again, which is all of it that was ever in
	 * bounds.
	 * @param used how many bytes the memory had at its largest
	 * @return whether it succeeded; a slot that failed must be released, not used
	 */
	public boolean clear(long used) {
		if (used > this.capacity) {
			throw new IllegalArgumentException(used + " bytes used of " + this.capacity);
		}
		if (used == 0) {
			return true;
		}
		if (used <= CLEAR_IN_PLACE) {
			NativeMemory.ALL.asSlice(this.address, used).fill((byte) 0);
			return true;
		}
		return NativeMemory.discard(this.address, used);
	}

	/** Gives the range back. A second call does nothing. */
	public void release() {
		if (this.capacity > 0 && this.address != 0) {
			long released = this.address;
			this.address = 0;
			NativeMemory.release(released, this.capacity);
		}
	}

}
