package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The place of one linear memory, at most as large as its capacity. {@link #open} readies
 * it for a lease, {@link #close} brings it back to its image.
 *
 * <p>
 * Invariants: whoever holds a slot holds it alone; between {@code close} and {@code open}
 * it holds the image and zeroes, nothing else. Not thread-safe; handing a slot over needs
 * a happens-before edge.
 */
public abstract sealed class MemorySlot permits MappedSlot, PortableSlot {

	MemorySlot() {
	}

	/** The most bytes the memory may have. */
	public abstract long capacity();

	/** How much of it the image covers. */
	abstract long imageBytes();

	/** What accesses go through. */
	abstract MemorySegment segment();

	/** Where in {@link #segment} the memory begins; changes when a portable one grows. */
	abstract long base();

	/**
	 * A view of a range that the caller has checked.
	 * @param arena ends it, where nothing else ends it before
	 */
	abstract MemorySegment view(long offset, long length, Arena arena);

	/**
	 * Readies the slot for a lease.
	 * @param bytes the initial size
	 */
	abstract boolean open(long bytes);

	/**
	 * Makes room, filled with zeroes.
	 * @return whether there was any; if not, nothing has changed
	 */
	abstract boolean grow(long from, long to);

	/**
	 * Brings the slot back to its image.
	 * @param used how many bytes the memory had at its largest
	 * @return how many bytes had been written, as far as the strategy knows (else 0); -1
	 * if it failed and the slot must not be used again
	 */
	abstract long close(long used, ResetStrategy strategy);

	/** Gives unused pages back to the system; the slot stays usable. */
	public abstract void trim();

	/** Gives the slot up. A second call does nothing. */
	public abstract void release();

}
