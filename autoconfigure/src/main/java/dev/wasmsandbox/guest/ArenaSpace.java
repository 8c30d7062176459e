package dev.wasmsandbox.guest;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.limits.SandboxLimits;

/**
 * The pages that the host has added to a guest's memory for an arena. They are never the
 * guest's: where the guest grew the memory in between, its pages are left out, and the
 * arena goes on behind them.
 */
final class ArenaSpace {

	/** The unit in which runs are counted. A block of 4097 bytes wastes a fifth. */
	static final int GRANULE_BITS = 10;

	static final int GRANULE = 1 << GRANULE_BITS;

	/** A block of its own run; its number is the bytes asked for. */
	static final int LARGE = 0;

	/** The same, in a scope. */
	static final int SCOPED = 1;

	/** Room for the small blocks of scopes. */
	static final int BUMP = 2;

	/** A slab. */
	static final int SLAB = 3;

	/** Pages of the guest. */
	static final int HOLE = 4;

	private static final int PAGE_BITS = 16;

	private static final int PAGE_GRANULES_BITS = PAGE_BITS - GRANULE_BITS;

	private final GuestInstance guest;

	private final FreeRuns runs = new FreeRuns();

	/** Where the first granule lies. */
	private int base;

	private int pages;

	ArenaSpace(GuestInstance guest) {
		this.guest = guest;
	}

	FreeRuns runs() {
		return this.runs;
	}

	/** How many granules hold so many bytes, at most 2 GiB less one. */
	static int granules(int bytes) {
		return (bytes + GRANULE - 1) >>> GRANULE_BITS;
	}

	int address(int granule) {
		return this.base + (granule << GRANULE_BITS);
	}

	/** The granule an address lies in, or {@link FreeRuns#NONE} outside the arena. */
	int granule(int address) {
		int granule = (address - this.base) >>> GRANULE_BITS;
		return (granule < this.runs.granules()) ? granule : FreeRuns.NONE;
	}

	/** The bytes added for the arena. */
	long bytes() {
		return (long) this.pages << PAGE_BITS;
	}

	long freeBytes() {
		return this.runs.freeGranules() << GRANULE_BITS;
	}

	long largestFree() {
		return (long) this.runs.longest() << GRANULE_BITS;
	}

	/**
	 * Grows the memory until a run of so many granules fits.
	 * @return whether that was possible
	 */
	boolean grow(int granules) {
		long size = this.guest.memory().size();
		int current = (int) (size >>> PAGE_BITS);
		int end = address(this.runs.granules());
		int atEnd = (this.pages > 0 && end == size) ? this.runs.freeAtEnd() : 0;
		int needed = pagesOf(granules - atEnd);
		int room = this.guest.memory().maximumPages() - current;
		// Asked beforehand: a refused growth would later be told as the guest's own.
		if (needed > room) {
			return false;
		}
		int ahead = Math.min(this.pages, this.guest.arenaStep());
		return growBy(Math.min(room, Math.max(needed, ahead)))
				|| (this.guest.memory().size() == size && growBy(needed));
	}

	private static int pagesOf(int granules) {
		return (granules + (1 << PAGE_GRANULES_BITS) - 1) >>> PAGE_GRANULES_BITS;
	}

	private boolean growBy(int more) {
		int before = this.guest.memory().grow(more);
		if (before < 0) {
			return false;
		}
		int begin = before * SandboxLimits.PAGE_BYTES;
		if (this.pages == 0) {
			this.base = begin;
		}
		int end = address(this.runs.granules());
		if (begin > end) {
			this.runs.addUsed((begin - end) >>> GRANULE_BITS, HOLE);
		}
		this.pages += more;
		this.runs.add(more << PAGE_GRANULES_BITS);
		return true;
	}

}
