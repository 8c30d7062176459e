package dev.wasmsandbox.guest;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.LeaseWork;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of the guest's memory that live for one call: those of its arguments. They are
 * given back in the reverse order, also if the call fails; what the guest answers is
 * checked as for {@link SandboxAllocator}, whose blocks these never overlap.
 *
 * <p>
 * {@code cabi_realloc} allocates for a callee that owns its arguments, so blocks of it
 * are not given back. Where a guest exports no allocator they lie in the host's arena.
 */
public final class CallBlocks {

	private final GuestInstance guest;

	private final SandboxAllocator allocator;

	private int[] addresses = new int[8];

	private int[] sizes = new int[8];

	private int count;

	/**
	 * The buffers that lie over blocks, by the blocks' addresses, once there were any.
	 */
	private @Nullable Map<Integer, BufferMapping> mappings;

	private CallBlocks(GuestInstance guest) {
		this.guest = guest;
		this.allocator = SandboxAllocators.of(guest);
	}

	static CallBlocks of(GuestInstance guest) {
		return guest.companion(CallBlocks.class, CallBlocks::new);
	}

	/** Begins a call, perhaps within another one; what to {@link #release} at its end. */
	public int mark() {
		return this.count;
	}

	/**
	 * Allocates a block.
	 * @param bytes its size; 0 is taken as 1, but by {@code cabi_realloc}
	 * @param alignment for allocators that take one; a power of two
	 * @throws GuestAbiException if the guest's allocator answers what cannot be true: it
	 * then runs no further calls
	 * @throws SandboxLimitException if there is no memory left for it
	 * @throws WasmSandboxException if the guest's allocator fails otherwise
	 */
	public int allocate(int bytes, int alignment) {
		if (this.allocator instanceof GuestAllocator own) {
			int size = own.argumentsAreTheCallees() ? bytes : Math.max(1, bytes);
			return allocate(own, size, alignment, AllocatorExports.ARRAY_BUFFER);
		}
		int address = this.allocator.allocate(bytes);
		record(address, Math.max(1, bytes));
		return address;
	}

	/**
	 * Allocates an object of AssemblyScript's runtime and pins it; otherwise as
	 * {@link #allocate}.
	 * @param bytes its size, which the guest is told exactly
	 * @param classId the number of its class
	 */
	public int allocateObject(int bytes, int classId) {
		if (this.allocator instanceof GuestAllocator own) {
			return allocate(own, bytes, 0, classId);
		}
		throw new GuestAbiException(this.guest.moduleName(), null, "it does not export __new, __pin and __unpin", null);
	}

	/**
	 * Allocates an object of AssemblyScript's runtime that a pinned one refers to as soon
	 * as it is there: nothing else keeps it from the collector, to which it is left.
	 * Otherwise as {@link #allocateObject}.
	 */
	public int allocateReferenced(int bytes, int classId) {
		if (!(this.allocator instanceof GuestAllocator own)) {
			throw new GuestAbiException(this.guest.moduleName(), null, "it does not export __new", null);
		}
		int address = own.allocateUnpinned(bytes, classId);
		this.guest.work().allocated(bytes);
		requireApart(own, address, bytes);
		return address;
	}

	/**
	 * Checks that what was allocated by {@link #allocateReferenced} does not overlap.
	 * @throws GuestAbiException if it does; the guest then runs no further calls
	 */
	public void requireApart(int[] referenced, int[] bytes) {
		long[] blocks = new long[referenced.length];
		for (int i = 0; i < blocks.length; i++) {
			blocks[i] = (long) referenced[i] << 32 | bytes[i];
		}
		Arrays.sort(blocks);
		for (int i = 1; i < blocks.length; i++) {
			long before = blocks[i - 1] >> 32;
			long address = blocks[i] >> 32;
			if (address < before + (int) blocks[i - 1] && this.allocator instanceof GuestAllocator own) {
				throw own.liedAbout((int) blocks[i], (int) address, (int) blocks[i - 1], (int) before);
			}
		}
	}

	private int allocate(GuestAllocator own, int size, int alignment, int classId) {
		LeaseWork work = this.guest.work();
		boolean timed = work.timesNext();
		long begun = timed ? System.nanoTime() : 0;
		int address = own.allocateForCall(size, alignment, classId);
		work.allocated(size);
		if (timed) {
			work.timed(begun);
		}
		requireApart(own, address, size);
		record(address, size);
		return address;
	}

	private void requireApart(GuestAllocator own, int address, int size) {
		for (int i = 0; i < this.count; i++) {
			if (overlaps(i, address, size)) {
				throw own.liedAbout(size, address, this.sizes[i], this.addresses[i]);
			}
		}
	}

	/**
	 * Maps a buffer over a block of its own, until the block is given back.
	 * @return where it begins
	 * @throws SandboxLimitException if there is no memory left for it, or the process has
	 * too few mappings left
	 * @throws WasmSandboxException as {@link #allocate} does
	 */
	public int map(ZeroCopyBuffer buffer, BufferAccess access) {
		int block = allocate(Math.toIntExact(buffer.mappedSize() + ZeroCopyBuffer.PAGE), ZeroCopyBuffer.PAGE);
		int address = (block + ZeroCopyBuffer.PAGE - 1) & -ZeroCopyBuffer.PAGE;
		BufferMapping mapping = BufferMapping.mapBetweenSteps(this.guest, buffer, address, access);
		Map<Integer, BufferMapping> all = this.mappings;
		if (all == null) {
			all = new HashMap<>();
			this.mappings = all;
		}
		all.put(block, mapping);
		return address;
	}

	private void record(int address, int size) {
		int at = this.count;
		if (at == this.addresses.length) {
			this.addresses = Arrays.copyOf(this.addresses, at * 2);
			this.sizes = Arrays.copyOf(this.sizes, at * 2);
		}
		this.addresses[at] = address;
		this.sizes[at] = size;
		this.count = at + 1;
	}

	private boolean overlaps(int block, int address, int size) {
		return address < this.addresses[block] + this.sizes[block] && this.addresses[block] < address + size;
	}

	/**
	 * Whether a range begins in a block that the host gives back itself, of this or of
	 * the session's allocator, so that it must not be freed as the guest's own.
	 */
	public boolean holds(int address, int bytes) {
		for (int i = 0; i < this.count; i++) {
			int offset = address - this.addresses[i];
			if (offset >= 0 && (offset < this.sizes[i] || (bytes == 0 && offset == this.sizes[i]))) {
				return true;
			}
		}
		return this.allocator instanceof GuestAllocator own && own.holds(address);
	}

	/**
	 * Gives a block back that the guest allocated itself, for a result. Nothing happens
	 * if the host holds it, the guest exports nothing that frees, or it is no block: an
	 * empty result may have any address up to 16, as Rust's have.
	 * @throws WasmSandboxException if the guest's allocator fails
	 */
	public void freeResult(int address, int bytes) {
		if ((bytes == 0 && address >= 0 && address <= 16) || holds(address, bytes)) {
			return;
		}
		if (this.allocator instanceof GuestAllocator own) {
			own.free(address, bytes);
		}
	}

	/**
	 * Gives all blocks back that were allocated since the mark.
	 * @throws WasmSandboxException if the guest's allocator fails
	 */
	public void release(int mark) {
		while (this.count > mark) {
			int last = --this.count;
			Map<Integer, BufferMapping> all = this.mappings;
			BufferMapping mapping = (all != null) ? all.remove(this.addresses[last]) : null;
			if (mapping != null) {
				mapping.unmapBetweenSteps();
			}
			if (!this.guest.callable()) {
				continue;
			}
			if (this.allocator instanceof GuestAllocator own) {
				own.free(this.addresses[last], this.sizes[last]);
			}
			else {
				this.allocator.deallocate(this.addresses[last]);
			}
		}
	}

	/**
	 * As {@link #release}, after a failure, which stays the one that is told.
	 */
	public void releaseAfter(Throwable failure, int mark) {
		try {
			release(mark);
		}
		catch (RuntimeException ex) {
			this.count = mark;
			failure.addSuppressed(ex);
		}
	}

}
