package dev.wasmsandbox.guest;

import java.util.Arrays;

/**
 * Freed blocks of a guest that allocates but takes nothing back ({@code cabi_realloc} has
 * no counterpart), kept for the next block of the same size. Sizes are powers of two, so
 * that most requests find one.
 */
final class SpareBlocks {

	private static final int LEAST = 16;

	private static final int[] NONE = {};

	private static final int[][] NO_SIZES = {};

	/** By size; empty until there is one, for most leases never have any. */
	private int[][] addresses = NO_SIZES;

	private int[] counts = NONE;

	/** The size to reserve for a request; negative if there is none below 2 GiB. */
	static int roundUp(int size) {
		return (size <= LEAST) ? LEAST : Integer.highestOneBit(size - 1) << 1;
	}

	/** Keeps a block of a size that was rounded up. */
	void add(int address, int reserved) {
		if (this.addresses.length == 0) {
			this.addresses = new int[Integer.SIZE][];
			Arrays.fill(this.addresses, NONE);
			this.counts = new int[Integer.SIZE];
		}
		int bits = Integer.numberOfTrailingZeros(reserved);
		int[] kept = this.addresses[bits];
		if (kept.length == this.counts[bits]) {
			kept = Arrays.copyOf(kept, Math.max(8, kept.length * 2));
			this.addresses[bits] = kept;
		}
		kept[this.counts[bits]++] = address;
	}

	/** A kept block of exactly this size, 0 if there is none. */
	int take(int reserved) {
		if (this.addresses.length == 0) {
			return 0;
		}
		int bits = Integer.numberOfTrailingZeros(reserved);
		return (this.counts[bits] > 0) ? this.addresses[bits][--this.counts[bits]] : 0;
	}

}
