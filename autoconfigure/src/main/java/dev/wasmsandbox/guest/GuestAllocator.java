package dev.wasmsandbox.guest;

import java.util.Arrays;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import org.jspecify.annotations.Nullable;

/**
 * Allocates by the guest's own functions, and believes none of their answers: every live
 * block is on record here, what is not on record is refused before the guest is asked,
 * and an answer that cannot be true ends the trust in the instance.
 *
 * <p>
 * Zero is an honest answer, there is no memory left, and leaves the session usable.
 */
final class GuestAllocator extends AccountedAllocator {

	private static final int ALIGNMENT = 16;

	private final AllocatorExports exports;

	/** The live blocks; those of scopes are flagged. */
	private final BlockTree blocks = new BlockTree();

	/** Blocks that were freed but that the guest has no function to take back. */
	private final SpareBlocks spare = new SpareBlocks();

	GuestAllocator(GuestInstance guest, AllocatorExports exports) {
		super(guest);
		this.exports = exports;
	}

	@Override
	public String strategy() {
		return this.exports.names();
	}

	@Override
	int place(int size) {
		return allocate(size, false);
	}

	private int allocate(int size, boolean scoped) {
		int reserved = this.exports.frees() ? size : SpareBlocks.roundUp(size);
		int address = this.exports.frees() ? 0 : this.spare.take(reserved);
		if (address == 0) {
			address = ask(size, reserved, ALIGNMENT, AllocatorExports.ARRAY_BUFFER);
		}
		int other = this.blocks.overlapping(address, reserved);
		if (other != 0) {
			throw liedAbout(size, address, this.blocks.size(other), this.blocks.address(other));
		}
		this.blocks.add(address, size, scoped);
		allocated(size);
		return address;
	}

	private int ask(int size, int reserved, int alignment, int classId) {
		requirePossible(size, reserved);
		return within(size, reserved, this.exports.allocate(guest(), reserved, alignment, classId));
	}

	/**
	 * What no memory of this guest can hold is not asked for: many allocators compute
	 * such sizes wrongly.
	 */
	private void requirePossible(int size, int reserved) {
		if (reserved < 0 || pages(reserved) > guest().memory().maximumPages()) {
			throw exhausted(size);
		}
	}

	/** Checks what the guest answered. */
	private int within(int size, int reserved, int address) {
		if (address == 0) {
			throw exhausted(size);
		}
		if (!guest().memory().contains(address, reserved)) {
			throw lied(size, address, "which does not lie within its memory of " + guest().memory().size() + " bytes");
		}
		return address;
	}

	/** Allocates what is not put on record: a block that the caller frees itself. */
	int allocateForCall(int size, int alignment, int classId) {
		return apart(size, ask(size, size, alignment, classId));
	}

	/** As above, without pinning what a collector would take away. */
	int allocateUnpinned(int size, int classId) {
		requirePossible(size, size);
		return apart(size, within(size, size, this.exports.allocateUnpinned(guest(), size, classId)));
	}

	private int apart(int size, int address) {
		int other = (size > 0) ? this.blocks.overlapping(address, size) : 0;
		if (other != 0) {
			throw liedAbout(size, address, this.blocks.size(other), this.blocks.address(other));
		}
		return address;
	}

	/** Whether blocks for arguments go over to whoever is called. */
	boolean argumentsAreTheCallees() {
		return this.exports.canonical();
	}

	/** Whether a block on record is at the address. */
	boolean holds(int address) {
		return address > 0 && this.blocks.overlapping(address, 1) != 0;
	}

	/** Frees what is not on record, if the guest takes anything back. */
	void free(int address, int size) {
		this.exports.free(guest(), address, size);
	}

	GuestAbiException liedAbout(int size, int address, int liveSize, int liveAddress) {
		return lied(size, address, "which overlaps the live block of " + liveSize + " bytes at " + liveAddress);
	}

	private static int pages(int bytes) {
		return (bytes >>> 16) + (((bytes & 0xffff) != 0) ? 1 : 0);
	}

	private GuestAbiException lied(int size, int address, String why) {
		return guest().distrust(new GuestAbiException(guest().moduleName(), this.exports.allocateName(),
				"asked for " + size + " bytes it answered the address " + Integer.toUnsignedString(address) + ", " + why
						+ "; the session runs no further calls",
				null));
	}

	@Override
	public void deallocate(int address) {
		forget(live(address));
	}

	/** The record of a live block that belongs to no scope. */
	private int live(int address) {
		guest().requireUsable();
		int block = (address > 0) ? this.blocks.overlapping(address, 1) : 0;
		if (block == 0) {
			throw refusedAddress(address,
					"no live block of this allocator is there; it was freed before, or never given");
		}
		if (this.blocks.address(block) != address) {
			throw refusedAddress(address, "it lies inside the block at " + this.blocks.address(block));
		}
		if (this.blocks.flag(block)) {
			throw refusedAddress(address,
					"it belongs to the allocation scopes, which give their blocks back when they are closed");
		}
		return block;
	}

	private void forget(int block) {
		int size = this.blocks.size(block);
		int address = this.blocks.address(block);
		this.blocks.remove(block);
		deallocated(1, size);
		release(address, size);
	}

	/** Gives a block to the guest that is no longer on record. */
	private void release(int address, int size) {
		if (this.exports.frees()) {
			this.exports.free(guest(), address, size);
		}
		else {
			this.spare.add(address, SpareBlocks.roundUp(size));
		}
	}

	@Override
	public void adopt(int address, int bytes) {
		int size = begin(bytes);
		if (!this.exports.frees()) {
			throw refused("it exports no function that frees a block, so none can be adopted");
		}
		if (address <= 0 || !guest().memory().contains(address, size)) {
			throw refused(size + " bytes at address " + Integer.toUnsignedString(address)
					+ " cannot be adopted: they do not lie within the guest's memory");
		}
		int other = this.blocks.overlapping(address, size);
		if (other != 0) {
			throw refused(size + " bytes at address " + Integer.toUnsignedString(address)
					+ " cannot be adopted: they overlap the live block at " + this.blocks.address(other));
		}
		this.blocks.add(address, size, false);
		allocated(size);
	}

	@Override
	public void disown(int address) {
		int block = live(address);
		deallocated(1, this.blocks.size(block));
		this.blocks.remove(block);
	}

	@Override
	public long collectGarbage() {
		guest().requireUsable();
		this.exports.collect(guest());
		return 0;
	}

	@Override
	public AllocatorStatistics statistics() {
		return statistics(0, 0, 0);
	}

	@Override
	Scope newScope(@Nullable Scope outer) {
		return new GuestScope(this, outer);
	}

	private static final class GuestScope extends Scope {

		private final GuestAllocator allocator;

		private int[] addresses = new int[8];

		private int count;

		GuestScope(GuestAllocator allocator, @Nullable Scope outer) {
			super(allocator, outer);
			this.allocator = allocator;
		}

		@Override
		int place(int size) {
			int address = this.allocator.allocate(size, true);
			if (this.count == this.addresses.length) {
				this.addresses = Arrays.copyOf(this.addresses, this.count * 2);
			}
			this.addresses[this.count++] = address;
			return address;
		}

		@Override
		void free() {
			while (this.count > 0 && !this.allocator.guest().failed()) {
				int block = this.allocator.blocks.overlapping(this.addresses[--this.count], 1);
				int address = this.allocator.blocks.address(block);
				int size = this.allocator.blocks.size(block);
				this.allocator.blocks.remove(block);
				this.allocator.release(address, size);
			}
		}

	}

}
