package dev.wasmsandbox.guest;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import org.jspecify.annotations.Nullable;

/**
 * Allocates in pages that the host adds to the guest's memory. Small blocks come from
 * slabs of their size class, large ones are runs of their own, found by best fit; scopes
 * only add. Nothing about the blocks stands in the guest's memory, so a guest that
 * overwrites them harms nothing but their content.
 */
final class ArenaAllocator extends AccountedAllocator {

	private final ArenaSpace space;

	private final FreeRuns runs;

	private final Slabs slabs;

	private final ScopeStack stack;

	ArenaAllocator(GuestInstance guest) {
		super(guest);
		this.space = new ArenaSpace(guest);
		this.runs = this.space.runs();
		this.slabs = new Slabs(this.space);
		this.stack = new ScopeStack(this);
	}

	ArenaSpace space() {
		return this.space;
	}

	@Override
	public String strategy() {
		return "arena";
	}

	@Override
	int place(int size) {
		int address = (size <= SizeClasses.LARGEST) ? small(size) : large(size);
		allocated(size);
		return address;
	}

	private int small(int size) {
		int sizeClass = SizeClasses.of(size);
		Slab slab = this.slabs.available(sizeClass);
		if (slab == null) {
			int granules = ArenaSpace.granules(SizeClasses.slabBytes(sizeClass));
			slab = this.slabs.add(sizeClass, run(granules, ArenaSpace.SLAB, 0, size));
		}
		return this.slabs.take(slab, size);
	}

	private int large(int size) {
		return this.space.address(run(ArenaSpace.granules(size), ArenaSpace.LARGE, size, size));
	}

	/**
	 * Takes a run: from free space, else from what can be given back to it, else from
	 * memory that is added.
	 * @param asked the size of the block that it is for
	 */
	int run(int granules, int owner, int number, int asked) {
		int run = this.runs.take(granules, owner, number);
		if (run == FreeRuns.NONE && giveBack() > 0) {
			run = this.runs.take(granules, owner, number);
		}
		if (run == FreeRuns.NONE && this.space.grow(granules)) {
			run = this.runs.take(granules, owner, number);
		}
		if (run == FreeRuns.NONE) {
			throw exhausted(asked);
		}
		return run;
	}

	@Override
	public void deallocate(int address) {
		guest().requireUsable();
		int granule = this.space.granule(address);
		if (granule == FreeRuns.NONE) {
			throw refusedAddress(address, reason(address, granule));
		}
		Slab slab = this.slabs.at(granule);
		int size = (slab != null) ? this.slabs.free(slab, address) : freeLarge(granule, address);
		if (size < 0) {
			throw refusedAddress(address, (slab != null) ? slab.reason(address) : reason(address, granule));
		}
		deallocated(1, size);
	}

	private int freeLarge(int granule, int address) {
		if (this.space.address(granule) != address || !this.runs.begins(granule)
				|| this.runs.owner(granule) != ArenaSpace.LARGE) {
			return -1;
		}
		int size = this.runs.number(granule);
		this.runs.free(granule);
		return size;
	}

	private String reason(int address, int granule) {
		int run = (granule != FreeRuns.NONE) ? this.runs.containing(granule) : FreeRuns.NONE;
		int owner = (run != FreeRuns.NONE) ? this.runs.owner(run) : ArenaSpace.HOLE;
		if (granule != FreeRuns.NONE && run == FreeRuns.NONE) {
			return "no block is in use there; it was freed before, or never given";
		}
		return switch (owner) {
			case ArenaSpace.LARGE -> (this.space.address(run) != address)
					? "it lies inside the block at " + this.space.address(run) : "no block is in use there";
			case ArenaSpace.SCOPED, ArenaSpace.BUMP ->
				"it belongs to the allocation scopes, which give their blocks back when they are closed";
			default -> "it was never given by this allocator";
		};
	}

	@Override
	public void adopt(int address, int bytes) {
		throw noGuestAllocator();
	}

	@Override
	public void disown(int address) {
		throw noGuestAllocator();
	}

	private GuestAbiException noGuestAllocator() {
		guest().requireUsable();
		return refused("it exports no allocator, so no block can change hands between guest and host");
	}

	@Override
	public long collectGarbage() {
		guest().requireUsable();
		return giveBack();
	}

	private long giveBack() {
		long before = this.space.freeBytes();
		this.slabs.giveBack();
		if (!scopesOpen()) {
			this.stack.giveBack();
		}
		return this.space.freeBytes() - before;
	}

	@Override
	public AllocatorStatistics statistics() {
		return statistics(this.space.bytes(), this.space.freeBytes(), this.space.largestFree());
	}

	@Override
	Scope newScope(@Nullable Scope outer) {
		return new ArenaScope(this, outer);
	}

	private static final class ArenaScope extends Scope {

		private final ArenaAllocator arena;

		private final int formerChunks;

		private final int formerPosition;

		private final int formerLarge;

		ArenaScope(ArenaAllocator arena, @Nullable Scope outer) {
			super(arena, outer);
			this.arena = arena;
			this.formerChunks = (outer != null) ? arena.stack.chunkCount() : 0;
			this.formerPosition = arena.stack.position();
			this.formerLarge = arena.stack.largeCount();
		}

		@Override
		int place(int size) {
			int address = this.arena.stack.place(size);
			this.arena.allocated(size);
			return address;
		}

		@Override
		void free() {
			this.arena.stack.returnTo(this.formerChunks, this.formerPosition, this.formerLarge);
		}

	}

}
