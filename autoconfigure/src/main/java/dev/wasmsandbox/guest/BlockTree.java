package dev.wasmsandbox.guest;

import java.util.Arrays;

/**
 * Blocks by address, in order, in arrays of numbers: a treap, whose shape does not depend
 * on the order in which blocks come and go. Blocks in it never overlap; each has a size
 * and a flag. Nothing is allocated for a block once the arrays are large enough.
 */
final class BlockTree {

	private static final int NONE = 0;

	/** Until the first block: most leases have none. */
	private static final int[] NO_NUMBERS = {};

	private static final boolean[] NO_FLAGS = {};

	private int[] address = NO_NUMBERS;

	private int[] size = NO_NUMBERS;

	private boolean[] flag = NO_FLAGS;

	private int[] priority = NO_NUMBERS;

	private int[] left = NO_NUMBERS;

	private int[] right = NO_NUMBERS;

	private int root = NONE;

	/** Nodes from here on were never used. */
	private int unused = 1;

	/** Nodes that were used before, chained by their right neighbours. */
	private int free = NONE;

	private int seed = 0x9e3779b9;

	/** What {@link #split} answers besides its result. */
	private int upperHalf;

	/**
	 * The node that holds a byte of the range and begins last, 0 if none does. The range
	 * must not be empty.
	 */
	int overlapping(int from, int bytes) {
		int found = floor(from + bytes - 1);
		return (found != NONE && this.address[found] + this.size[found] > from) ? found : NONE;
	}

	private int floor(int limit) {
		int found = NONE;
		int node = this.root;
		while (node != NONE) {
			if (this.address[node] <= limit) {
				found = node;
				node = this.right[node];
			}
			else {
				node = this.left[node];
			}
		}
		return found;
	}

	int address(int node) {
		return this.address[node];
	}

	int size(int node) {
		return this.size[node];
	}

	boolean flag(int node) {
		return this.flag[node];
	}

	/** Adds a block that overlaps none. */
	void add(int at, int bytes, boolean flagged) {
		int node = newNode();
		this.address[node] = at;
		this.size[node] = bytes;
		this.flag[node] = flagged;
		this.left[node] = NONE;
		this.right[node] = NONE;
		this.priority[node] = nextPriority();
		this.root = insert(this.root, node);
	}

	private int insert(int tree, int node) {
		if (tree == NONE) {
			return node;
		}
		if (this.priority[node] > this.priority[tree]) {
			this.left[node] = split(tree, this.address[node]);
			this.right[node] = this.upperHalf;
			return node;
		}
		if (this.address[node] < this.address[tree]) {
			this.left[tree] = insert(this.left[tree], node);
		}
		else {
			this.right[tree] = insert(this.right[tree], node);
		}
		return tree;
	}

	/** Returns the part below the key; the rest is the upper half. */
	private int split(int tree, int key) {
		if (tree == NONE) {
			this.upperHalf = NONE;
			return NONE;
		}
		if (this.address[tree] < key) {
			this.right[tree] = split(this.right[tree], key);
			return tree;
		}
		int lower = split(this.left[tree], key);
		this.left[tree] = this.upperHalf;
		this.upperHalf = tree;
		return lower;
	}

	/** Removes a block that is in the tree. */
	void remove(int node) {
		this.root = remove(this.root, node);
		this.right[node] = this.free;
		this.free = node;
	}

	private int remove(int tree, int node) {
		if (tree == node) {
			return merge(this.left[node], this.right[node]);
		}
		if (this.address[node] < this.address[tree]) {
			this.left[tree] = remove(this.left[tree], node);
		}
		else {
			this.right[tree] = remove(this.right[tree], node);
		}
		return tree;
	}

	private int merge(int lower, int upper) {
		if (lower == NONE || upper == NONE) {
			return (lower != NONE) ? lower : upper;
		}
		if (this.priority[lower] > this.priority[upper]) {
			this.right[lower] = merge(this.right[lower], upper);
			return lower;
		}
		this.left[upper] = merge(lower, this.left[upper]);
		return upper;
	}

	private int newNode() {
		int node = this.free;
		if (node != NONE) {
			this.free = this.right[node];
			return node;
		}
		if (this.unused >= this.address.length) {
			int length = Math.max(16, this.unused * 2);
			this.address = Arrays.copyOf(this.address, length);
			this.size = Arrays.copyOf(this.size, length);
			this.flag = Arrays.copyOf(this.flag, length);
			this.priority = Arrays.copyOf(this.priority, length);
			this.left = Arrays.copyOf(this.left, length);
			this.right = Arrays.copyOf(this.right, length);
		}
		return this.unused++;
	}

	private int nextPriority() {
		this.seed ^= this.seed << 13;
		this.seed ^= this.seed >>> 17;
		this.seed ^= this.seed << 5;
		return this.seed;
	}

}
