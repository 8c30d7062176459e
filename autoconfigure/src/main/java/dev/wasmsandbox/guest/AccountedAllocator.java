package dev.wasmsandbox.guest;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.LeaseWork;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.limits.SandboxLimits;
import org.jspecify.annotations.Nullable;

/**
 * What all allocators have in common: checks, counts and nested scopes. Everything it
 * knows lies on the host's side, where the guest cannot change it.
 */
abstract sealed class AccountedAllocator implements SandboxAllocator permits ArenaAllocator, GuestAllocator {

	private final GuestInstance guest;

	private final LeaseWork work;

	private @Nullable Scope innermost;

	private long liveBytes;

	private long liveBlocks;

	private long peakBytes;

	private long deallocations;

	AccountedAllocator(GuestInstance guest) {
		this.guest = guest;
		this.work = guest.work();
	}

	final GuestInstance guest() {
		return this.guest;
	}

	/** Checks that the session goes on, and returns the size to reserve. */
	final int begin(int bytes) {
		this.guest.requireUsable();
		if (bytes < 0) {
			throw refused("a block cannot have " + bytes + " bytes; the size is a non-negative number below 2 GiB");
		}
		return Math.max(1, bytes);
	}

	@Override
	public final int allocate(int bytes) {
		int size = begin(bytes);
		boolean timed = this.work.timesNext();
		long begun = timed ? System.nanoTime() : 0;
		int address = place(size);
		this.work.allocated(size);
		if (timed) {
			this.work.timed(begun);
		}
		return address;
	}

	/** Places a block that belongs to no scope, and counts it as live. */
	abstract int place(int size);

	final void allocated(int size) {
		this.liveBlocks++;
		this.liveBytes += size;
		if (this.liveBytes > this.peakBytes) {
			this.peakBytes = this.liveBytes;
		}
	}

	final void deallocated(long blocks, long bytes) {
		this.liveBlocks -= blocks;
		this.liveBytes -= bytes;
		this.deallocations += blocks;
	}

	@Override
	public final AllocationScope openScope() {
		this.guest.requireUsable();
		Scope scope = newScope(this.innermost);
		this.innermost = scope;
		return scope;
	}

	final boolean scopesOpen() {
		return this.innermost != null;
	}

	abstract Scope newScope(@Nullable Scope outer);

	final AllocatorStatistics statistics(long arenaBytes, long freeBytes, long largestFree) {
		this.guest.requireUsable();
		return new AllocatorStatistics(this.liveBytes, this.liveBlocks, this.peakBytes,
				this.deallocations + this.liveBlocks, this.deallocations, arenaBytes, freeBytes,
				(freeBytes > 0) ? 1 - (double) largestFree / freeBytes : 0);
	}

	final GuestAbiException refused(String message) {
		return new GuestAbiException(this.guest.moduleName(), null, message, null);
	}

	final GuestAbiException refusedAddress(int address, String why) {
		return refused("the address " + Integer.toUnsignedString(address) + " cannot be freed: " + why);
	}

	/** There is no memory for a block: says which limit stands in the way. */
	final SandboxLimitException exhausted(int size) {
		long limit = this.guest.limits().memoryBytes();
		long current = this.guest.memory().size();
		long most = (long) this.guest.memory().maximumPages() * SandboxLimits.PAGE_BYTES;
		StringBuilder message = new StringBuilder("there is no room for a block of ").append(size)
			.append(" bytes: the guest's memory has ")
			.append(current)
			.append(" bytes, of which ")
			.append(this.liveBytes)
			.append(" are in live blocks, and limits.memory is ")
			.append(limit);
		if (most / SandboxLimits.PAGE_BYTES < this.guest.limits().memoryPages()) {
			message.append("; the module itself declares no more than ").append(most);
		}
		message.append("; free blocks, close scopes, or raise the limit");
		return new SandboxLimitException(this.guest.moduleName(), null, "limits.memory", limit, current + size,
				message.toString(), null);
	}

	/**
	 * A scope, which knows how many blocks it has.
	 */
	abstract static class Scope implements AllocationScope {

		private final AccountedAllocator allocator;

		private final @Nullable Scope outer;

		private boolean closed;

		private long blocks;

		private long bytes;

		Scope(AccountedAllocator allocator, @Nullable Scope outer) {
			this.allocator = allocator;
			this.outer = outer;
		}

		@Override
		public final int allocate(int wanted) {
			int size = this.allocator.begin(wanted);
			if (!equals(this.allocator.innermost)) {
				throw new IllegalStateException(this.closed ? "This allocation scope is closed"
						: "A scope that was opened in this one is still open; allocate there, or close it first");
			}
			LeaseWork work = this.allocator.work;
			boolean timed = work.timesNext();
			long begun = timed ? System.nanoTime() : 0;
			int address = place(size);
			work.allocated(size);
			if (timed) {
				work.timed(begun);
			}
			this.blocks++;
			this.bytes += size;
			return address;
		}

		/** Places a block and counts it as live. */
		abstract int place(int size);

		/** Gives all blocks back. */
		abstract void free();

		@Override
		public final void close() {
			if (this.closed || this.allocator.guest.closed()) {
				return;
			}
			this.allocator.guest.requireUsable();
			for (Scope scope = this.allocator.innermost; !this.closed && scope != null; scope = scope.outer) {
				scope.closed = true;
				this.allocator.innermost = scope.outer;
				this.allocator.deallocated(scope.blocks, scope.bytes);
				scope.free();
			}
		}

	}

}
