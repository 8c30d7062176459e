package dev.wasmsandbox.guest;

import org.jspecify.annotations.Nullable;

/**
 * A range of an arena that is cut into cells of one size class. Which cells are in use,
 * and for how many bytes, stands here and not in the guest's memory.
 */
final class Slab {

	final int sizeClass;

	/** The first granule of its run. */
	final int run;

	private final int address;

	private final int cellBytes;

	/**
	 * For each cell: the number of the next free cell, or -1 less the bytes asked for.
	 */
	private final short[] cells;

	private int firstFree;

	private int live;

	/** Neighbours among the slabs of the class that have free cells. */
	@Nullable Slab previous;

	@Nullable Slab next;

	Slab(int sizeClass, int run, int address) {
		this.sizeClass = sizeClass;
		this.run = run;
		this.address = address;
		this.cellBytes = SizeClasses.bytes(sizeClass);
		this.cells = new short[SizeClasses.slabBytes(sizeClass) / this.cellBytes];
		for (int i = 0; i < this.cells.length; i++) {
			this.cells[i] = (short) (i + 1);
		}
	}

	/** Uses a free cell; there must be one. */
	int take(int size) {
		int cell = this.firstFree;
		this.firstFree = this.cells[cell];
		this.cells[cell] = (short) (-1 - size);
		this.live++;
		return this.address + cell * this.cellBytes;
	}

	/**
	 * Frees the cell that begins at an address within the slab.
	 * @return the bytes that were asked for, or -1 if no cell in use begins there
	 */
	int free(int at) {
		int cell = (at - this.address) / this.cellBytes;
		if (this.address + cell * this.cellBytes != at || cell >= this.cells.length || this.cells[cell] >= 0) {
			return -1;
		}
		int size = -1 - this.cells[cell];
		this.cells[cell] = (short) this.firstFree;
		this.firstFree = cell;
		this.live--;
		return size;
	}

	/** Says what is wrong with an address within the slab at which nothing is in use. */
	String reason(int at) {
		int cell = (at - this.address) / this.cellBytes;
		if (cell >= this.cells.length || this.cells[cell] >= 0) {
			return "no block is in use there; it was freed before, or never given";
		}
		return "it lies inside the block at " + (this.address + cell * this.cellBytes);
	}

	boolean full() {
		return this.firstFree == this.cells.length;
	}

	boolean empty() {
		return this.live == 0;
	}

}
