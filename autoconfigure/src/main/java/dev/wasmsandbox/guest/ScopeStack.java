package dev.wasmsandbox.guest;

import java.util.Arrays;

/**
 * Where the scopes of an arena put their blocks: chunks of 64 KiB that are only added to,
 * and a run of its own for each large block. Scopes end in the reverse order, so to end
 * one is to go back to where the stack stood.
 */
final class ScopeStack {

	private static final int CHUNK = 64 * 1024;

	private static final int CHUNK_GRANULES = CHUNK >>> ArenaSpace.GRANULE_BITS;

	/** Larger blocks get a run, so that changing the chunk wastes a quarter at most. */
	private static final int LARGEST = CHUNK / 4;

	private static final int ALIGNMENT = 16;

	private final ArenaAllocator arena;

	/** The first granules of the chunks; the last one is being filled. */
	private int[] chunks = new int[4];

	private int chunkCount;

	private int position;

	private int end;

	/** The first granules of the large blocks. */
	private int[] large = new int[4];

	private int largeCount;

	ScopeStack(ArenaAllocator arena) {
		this.arena = arena;
	}

	int place(int size) {
		if (size > LARGEST) {
			return placeLarge(size);
		}
		int room = (size + ALIGNMENT - 1) & -ALIGNMENT;
		if (room > this.end - this.position) {
			addChunk(size);
		}
		int address = this.position;
		this.position += room;
		return address;
	}

	private int placeLarge(int size) {
		int run = this.arena.run(ArenaSpace.granules(size), ArenaSpace.SCOPED, size, size);
		if (this.largeCount == this.large.length) {
			this.large = Arrays.copyOf(this.large, this.largeCount * 2);
		}
		this.large[this.largeCount++] = run;
		return this.arena.space().address(run);
	}

	private void addChunk(int asked) {
		int run = this.arena.run(CHUNK_GRANULES, ArenaSpace.BUMP, 0, asked);
		if (this.chunkCount == this.chunks.length) {
			this.chunks = Arrays.copyOf(this.chunks, this.chunkCount * 2);
		}
		this.chunks[this.chunkCount++] = run;
		fill(this.arena.space().address(run));
	}

	private void fill(int from) {
		this.position = from;
		int last = this.chunks[this.chunkCount - 1];
		this.end = this.arena.space().address(last) + CHUNK;
	}

	int chunkCount() {
		return this.chunkCount;
	}

	int position() {
		return this.position;
	}

	int largeCount() {
		return this.largeCount;
	}

	/** Goes back to where the stack stood. The first chunk is kept for the next scope. */
	void returnTo(int formerChunks, int formerPosition, int formerLarge) {
		while (this.largeCount > formerLarge) {
			this.arena.space().runs().free(this.large[--this.largeCount]);
		}
		int kept = Math.max(1, formerChunks);
		if (this.chunkCount < kept) {
			return;
		}
		while (this.chunkCount > kept) {
			this.arena.space().runs().free(this.chunks[--this.chunkCount]);
		}
		fill((formerChunks > 0) ? formerPosition : this.arena.space().address(this.chunks[0]));
	}

	/** Returns the kept chunk to free space; only while no scope is open. */
	void giveBack() {
		while (this.chunkCount > 0) {
			this.arena.space().runs().free(this.chunks[--this.chunkCount]);
		}
		this.position = 0;
		this.end = 0;
	}

}
