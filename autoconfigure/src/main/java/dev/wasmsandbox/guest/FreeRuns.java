package dev.wasmsandbox.guest;

import java.util.Arrays;

/**
 * The runs of granules of an arena: which are free, and whose the others are. Finds the
 * least free run that is large enough and merges neighbours as soon as they are freed, so
 * no two free runs ever touch.
 *
 * <p>
 * Four numbers stand for each granule. A mark stands only where a run begins or a free
 * run ends, and is cleared when that changes, so that an address inside a run is never
 * taken for a beginning.
 */
final class FreeRuns {

	static final int NONE = -1;

	/**
	 * Runs up to here have a bin for each length; beyond, there are 8 for each doubling.
	 */
	private static final int EXACT = 64;

	private static final int EXACT_BITS = 6;

	private static final int STEP_BITS = 3;

	private static final int BINS = EXACT + 128;

	/** The length of the run that begins here, negative if it is free, 0 if none does. */
	private static final int LENGTH = 0;

	/** 1 and the beginning of the free run that ends here, 0 if none does. */
	private static final int BEGIN = 1;

	/** The next free run of the bin; for a run in use, whose it is. */
	private static final int NEXT = 2;

	/** The previous free run of the bin; for a run in use, its owner's number. */
	private static final int PREVIOUS = 3;

	private static final int ENTRY_BITS = 2;

	private int[] marks = new int[0];

	private int granules;

	private long freeGranules;

	private final int[] bins = new int[BINS];

	private final long[] occupied = new long[BINS / Long.SIZE];

	FreeRuns() {
		Arrays.fill(this.bins, NONE);
	}

	/** How many granules there are. */
	int granules() {
		return this.granules;
	}

	long freeGranules() {
		return this.freeGranules;
	}

	/** The length of the free run at the very end, 0 if that is in use. */
	int freeAtEnd() {
		int begin = (this.granules > 0) ? mark(this.granules - 1, BEGIN) : 0;
		return (begin > 0) ? this.granules - begin + 1 : 0;
	}

	/** Adds free granules at the end. */
	void add(int count) {
		reserve(count);
		int run = this.granules;
		this.granules += count;
		mark(run, LENGTH, count);
		free(run);
	}

	/** Adds granules at the end that are in use for good. */
	void addUsed(int count, int owner) {
		reserve(count);
		int run = this.granules;
		this.granules += count;
		use(run, count, owner, 0);
	}

	private void reserve(int count) {
		int needed = (this.granules + count) << ENTRY_BITS;
		if (needed > this.marks.length) {
			this.marks = Arrays.copyOf(this.marks, Math.max(needed, this.marks.length + (this.marks.length >> 1)));
		}
	}

	/**
	 * Uses the least free run that is long enough, from its beginning.
	 * @return its first granule, or {@link #NONE}
	 */
	int take(int count, int owner, int number) {
		int run = find(count);
		if (run == NONE) {
			return NONE;
		}
		int length = -mark(run, LENGTH);
		unlink(run, length);
		if (length > count) {
			link(run + count, length - count);
		}
		use(run, count, owner, number);
		return run;
	}

	private void use(int run, int count, int owner, int number) {
		mark(run, LENGTH, count);
		mark(run, NEXT, owner);
		mark(run, PREVIOUS, number);
	}

	/** Frees a run that is in use. */
	void free(int run) {
		int begin = run;
		int end = run + mark(run, LENGTH);
		mark(run, LENGTH, 0);
		if (end < this.granules && mark(end, LENGTH) < 0) {
			int length = -mark(end, LENGTH);
			unlink(end, length);
			end += length;
		}
		if (begin > 0 && mark(begin - 1, BEGIN) > 0) {
			int before = mark(begin - 1, BEGIN) - 1;
			unlink(before, begin - before);
			begin = before;
		}
		link(begin, end - begin);
	}

	private void link(int run, int length) {
		int bin = bin(length);
		int next = this.bins[bin];
		mark(run, LENGTH, -length);
		mark(run + length - 1, BEGIN, run + 1);
		mark(run, NEXT, next);
		mark(run, PREVIOUS, NONE);
		if (next != NONE) {
			mark(next, PREVIOUS, run);
		}
		this.bins[bin] = run;
		this.occupied[bin >>> 6] |= 1L << bin;
		this.freeGranules += length;
	}

	private void unlink(int run, int length) {
		int next = mark(run, NEXT);
		int previous = mark(run, PREVIOUS);
		if (next != NONE) {
			mark(next, PREVIOUS, previous);
		}
		if (previous != NONE) {
			mark(previous, NEXT, next);
		}
		else {
			int bin = bin(length);
			this.bins[bin] = next;
			if (next == NONE) {
				this.occupied[bin >>> 6] &= ~(1L << bin);
			}
		}
		mark(run, LENGTH, 0);
		mark(run + length - 1, BEGIN, 0);
		this.freeGranules -= length;
	}

	private int find(int count) {
		for (int bin = occupied(bin(count)); bin != NONE; bin = occupied(bin + 1)) {
			int run = (bin < EXACT) ? this.bins[bin] : least(bin, count);
			if (run != NONE) {
				return run;
			}
		}
		return NONE;
	}

	private int least(int bin, int count) {
		int best = NONE;
		int length = Integer.MAX_VALUE;
		for (int run = this.bins[bin]; run != NONE; run = mark(run, NEXT)) {
			int candidate = -mark(run, LENGTH);
			if (candidate >= count && candidate < length) {
				best = run;
				length = candidate;
			}
		}
		return best;
	}

	/** The first bin with runs in it, from the given one on. */
	private int occupied(int from) {
		if (from >= BINS) {
			return NONE;
		}
		int word = from >>> 6;
		long bits = this.occupied[word] & (-1L << from);
		while (bits == 0) {
			word++;
			if (word == this.occupied.length) {
				return NONE;
			}
			bits = this.occupied[word];
		}
		return (word << 6) + Long.numberOfTrailingZeros(bits);
	}

	private static int bin(int length) {
		if (length < EXACT) {
			return length;
		}
		int doubling = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(length);
		int step = (length >>> (doubling - STEP_BITS)) & ((1 << STEP_BITS) - 1);
		return EXACT + ((doubling - EXACT_BITS) << STEP_BITS) + step;
	}

	/** The length of the longest free run. */
	int longest() {
		for (int bin = BINS - 1; bin >= 0; bin--) {
			int longest = 0;
			for (int run = this.bins[bin]; run != NONE; run = mark(run, NEXT)) {
				longest = Math.max(longest, -mark(run, LENGTH));
			}
			if (longest > 0) {
				return longest;
			}
		}
		return 0;
	}

	/** Whether a run in use begins at a granule. */
	boolean begins(int granule) {
		return mark(granule, LENGTH) > 0;
	}

	/** Whose the run in use is that begins here. */
	int owner(int run) {
		return mark(run, NEXT);
	}

	/** The number its owner gave it. */
	int number(int run) {
		return mark(run, PREVIOUS);
	}

	/** The run in use that a granule lies in, or {@link #NONE}. Slow, for messages. */
	int containing(int granule) {
		int run = 0;
		while (run < this.granules) {
			int length = mark(run, LENGTH);
			int end = run + Math.abs(length);
			if (granule < end) {
				return (length > 0) ? run : NONE;
			}
			run = end;
		}
		return NONE;
	}

	private int mark(int granule, int which) {
		return this.marks[(granule << ENTRY_BITS) + which];
	}

	private void mark(int granule, int which, int value) {
		this.marks[(granule << ENTRY_BITS) + which] = value;
	}

}
