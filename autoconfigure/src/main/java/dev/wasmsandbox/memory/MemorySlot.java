package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.error.SandboxLimitException;
import org.jspecify.annotations.Nullable;

/**
 * The place of one linear memory, at most as large as its capacity. {@link #open} readies
 * it for a lease, {@link #close} brings it back to its image.
 *
 * <p>
 * Invariants: whoever holds a slot holds it alone; between {@code close} and {@code open}
 * it holds the image and zeroes, nothing else. Buffers mapped into it are gone before
 * anything is restored, so that restoring never writes into one; {@code close} and
 * {@code release} see to that themselves. Not thread-safe; handing a slot over needs a
 * happens-before edge.
 */
public abstract sealed class MemorySlot permits MappedSlot, PortableSlot {

	/** What is mapped into it, in no order. */
	private List<BufferPlace> places = List.of();

	/**
	 * Set when nobody knows what lies in it; nothing may be in bounds then, and whoever
	 * gives it up must leave its addresses alone.
	 */
	private boolean broken;

	private final MemoryAccount account;

	/** What is counted for it. */
	private long counted;

	MemorySlot(MemoryAccount account) {
		this.account = account;
	}

	/** Checks that the budget has room for one more lease. */
	final void requireRoom() {
		this.account.requireRoom();
	}

	/** Counts memory beyond the image; false if the budget has no room for it. */
	final boolean tryCount(long bytes) {
		if (!this.account.tryGrow(bytes)) {
			return false;
		}
		this.counted += bytes;
		return true;
	}

	/** As {@link #tryCount}, for a lease that needs it to begin. */
	final void count(long bytes) {
		if (!tryCount(bytes)) {
			throw this.account.refused(bytes);
		}
	}

	final void uncount(long bytes) {
		this.counted -= bytes;
		this.account.shrink(bytes);
	}

	/** Takes back all that is counted for it. */
	final void uncountAll() {
		if (this.counted > 0) {
			uncount(this.counted);
		}
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
	 * @throws SandboxLimitException if the budget has no room for it
	 */
	abstract boolean open(long bytes);

	/**
	 * Makes room, filled with zeroes.
	 * @return whether there was any; if not, nothing has changed, or the slot is broken
	 */
	abstract boolean grow(long from, long to);

	/**
	 * Brings the slot back to its image.
	 * @param used how many bytes the memory had at its largest
	 * @return how many bytes had been written, as far as the strategy knows (else 0); -1
	 * if it failed and the slot must not be used again
	 */
	abstract long close(long used, ResetStrategy strategy);

	/**
	 * Puts a buffer's content at its place, which lies within the memory and overlaps no
	 * other one.
	 * @throws SandboxLimitException if that cannot be had
	 */
	abstract void attach(BufferPlace place);

	/** Whether a buffer's pages lie at its place, or a copy of its content. */
	abstract boolean sharesBuffers();

	/**
	 * Takes it away again and puts the image there.
	 * @return whether that worked; if not, nobody knows what lies there
	 */
	abstract boolean detach(BufferPlace place);

	/**
	 * Maps a buffer.
	 * @throws SandboxLimitException if that cannot be had
	 * @throws IllegalStateException if the buffer is closed
	 */
	final void map(BufferPlace place) {
		place.buffer().enterPlace();
		boolean attached = false;
		try {
			attach(place);
			attached = true;
			if (this.places.isEmpty()) {
				this.places = new ArrayList<>(2);
			}
			this.places.add(place);
		}
		finally {
			if (!attached) {
				place.buffer().leavePlace();
			}
		}
	}

	/**
	 * Takes a buffer away.
	 * @return whether the image is there again; if not, the slot is broken
	 */
	final boolean unmap(BufferPlace place) {
		if (!detach(place)) {
			breakDown();
			return false;
		}
		this.places.remove(place);
		place.buffer().leavePlace();
		return true;
	}

	/** A buffer that lies in the given range, wholly or in part. */
	final @Nullable BufferPlace placeIn(long from, long to) {
		for (BufferPlace place : this.places) {
			if (place.overlaps(from, to)) {
				return place;
			}
		}
		return null;
	}

	final List<BufferPlace> places() {
		return this.places;
	}

	/** Lets all buffers go, after they were taken away together. */
	final void forgetPlaces() {
		this.places.forEach((place) -> place.buffer().leavePlace());
		this.places = List.of();
	}

	final void breakDown() {
		this.broken = true;
	}

	/** Whether its memory may no longer be in bounds. */
	final boolean broken() {
		return this.broken;
	}

	/**
	 * How many bytes in memory are this slot's alone, for any thread: what another one is
	 * doing with it meanwhile may or may not be in the answer.
	 */
	public abstract long residentBytes();

	/** Gives unused pages back to the system; the slot stays usable. */
	public abstract void trim();

	/**
	 * Ends the views that did not end with their arena.
	 * @param used the current size of the memory
	 * @return whether the memory lies elsewhere now
	 */
	boolean endViews(long used) {
		// They all did, wherever views need not be parts of something larger.
		return false;
	}

	/** Gives the slot up. A second call does nothing. */
	public abstract void release();

	/**
	 * As {@link #release}, while somebody outside may still use its memory: that is never
	 * given to anyone else, nor taken away.
	 */
	public abstract void abandon();

}
