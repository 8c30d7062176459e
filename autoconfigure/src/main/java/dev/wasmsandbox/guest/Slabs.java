package dev.wasmsandbox.guest;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The slabs of an arena, by place and by size class. A slab that has become empty is kept
 * for its class until {@link #giveBack} returns it.
 */
final class Slabs {

	private final ArenaSpace space;

	/** For each class, the slabs that have free cells. */
	private final @Nullable Slab[] available = new Slab[SizeClasses.count()];

	/** For each granule of the arena, the slab it belongs to. */
	private @Nullable Slab[] byGranule = new Slab[0];

	/** How many slabs are empty. */
	private int empty;

	Slabs(ArenaSpace space) {
		this.space = space;
	}

	/** A slab of the class with a free cell, or {@code null}. */
	@Nullable Slab available(int sizeClass) {
		return this.available[sizeClass];
	}

	/** Makes a slab of a run. */
	Slab add(int sizeClass, int run) {
		int granules = this.space.runs().granules();
		if (this.byGranule.length < granules) {
			this.byGranule = Arrays.copyOf(this.byGranule, granules);
		}
		Slab slab = new Slab(sizeClass, run, this.space.address(run));
		Arrays.fill(this.byGranule, run, run + length(slab), slab);
		this.empty++;
		offer(slab);
		return slab;
	}

	private static int length(Slab slab) {
		return ArenaSpace.granules(SizeClasses.slabBytes(slab.sizeClass));
	}

	/** The slab a granule belongs to, or {@code null}. */
	@Nullable Slab at(int granule) {
		return (granule < this.byGranule.length) ? this.byGranule[granule] : null;
	}

	/** Uses a cell of a slab that has one. */
	int take(Slab slab, int size) {
		if (slab.empty()) {
			this.empty--;
		}
		int address = slab.take(size);
		if (slab.full()) {
			withdraw(slab);
		}
		return address;
	}

	/**
	 * Frees a cell.
	 * @return the bytes that were asked for, or -1 if no cell in use begins there
	 */
	int free(Slab slab, int address) {
		boolean full = slab.full();
		int size = slab.free(address);
		if (size < 0) {
			return size;
		}
		if (full) {
			offer(slab);
		}
		if (slab.empty()) {
			this.empty++;
		}
		return size;
	}

	/** Returns the empty ones to free space. */
	void giveBack() {
		if (this.empty == 0) {
			return;
		}
		for (int sizeClass = 0; sizeClass < this.available.length; sizeClass++) {
			Slab slab = this.available[sizeClass];
			while (slab != null) {
				Slab next = slab.next;
				if (slab.empty()) {
					withdraw(slab);
					Arrays.fill(this.byGranule, slab.run, slab.run + length(slab), null);
					this.space.runs().free(slab.run);
				}
				slab = next;
			}
		}
		this.empty = 0;
	}

	private void offer(Slab slab) {
		Slab first = this.available[slab.sizeClass];
		slab.previous = null;
		slab.next = first;
		if (first != null) {
			first.previous = slab;
		}
		this.available[slab.sizeClass] = slab;
	}

	private void withdraw(Slab slab) {
		Slab next = slab.next;
		Slab previous = slab.previous;
		if (next != null) {
			next.previous = previous;
		}
		if (previous != null) {
			previous.next = next;
		}
		else {
			this.available[slab.sizeClass] = next;
		}
		slab.next = null;
		slab.previous = null;
	}

}
