package dev.wasmsandbox.guest;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.WasmSandboxException;

/**
 * Hands out blocks of one guest's memory to the host. Live blocks lie inside the memory,
 * never overlap and never move; what is no live block of this allocator is refused before
 * anything is changed.
 *
 * <p>
 * Where the guest exports an allocator, blocks are the guest's, aligned as it does it.
 * Elsewhere they lie in pages that the host adds to the guest's memory, aligned to 16
 * bytes (to 8 where 8 bytes or fewer are asked for). The content of a new block is
 * undefined. Blocks vanish with the session. Confined to the session's thread; every
 * method throws {@link IllegalStateException} once the session is closed.
 */
public interface SandboxAllocator {

	/**
	 * Allocates a block.
	 * @param bytes its size; 0 is taken as 1
	 * @return its address
	 * @throws GuestAbiException if the size is negative, or the guest's allocator answers
	 * what cannot be true: the session then runs no further calls
	 * @throws SandboxLimitException if there is no memory left for it; the session stays
	 * usable
	 * @throws WasmSandboxException if the guest's allocator fails otherwise, as any call
	 */
	int allocate(int bytes);

	/**
	 * Gives a block back.
	 * @throws GuestAbiException if there is no live block at the address: it was freed
	 * before, was never given, lies inside a block, or belongs to a scope
	 * @throws WasmSandboxException if the guest's allocator fails, as any call
	 */
	void deallocate(int address);

	/**
	 * Opens a scope, whose blocks are given back together. Without an allocator of the
	 * guest this is the cheapest way for short-lived blocks: each costs an addition.
	 */
	AllocationScope openScope();

	/**
	 * Takes over a block that the guest has allocated itself, for example a result, to be
	 * given back by {@link #deallocate}.
	 * @param address the address the guest returned
	 * @param bytes the block's size
	 * @throws GuestAbiException if it does not lie within the memory, overlaps a live
	 * block, or the guest exports no function that frees
	 */
	void adopt(int address, int bytes);

	/**
	 * Leaves a block to the guest, which will free it itself.
	 * @throws GuestAbiException as {@link #deallocate} does, or if the guest exports no
	 * allocator
	 */
	void disown(int address);

	/**
	 * Gives unused memory back to free space: slabs without live blocks, and the scopes'
	 * memory while none is open. An AssemblyScript guest runs its own collector. Live
	 * blocks stay where they are.
	 * @return how many bytes were given back; 0 where the guest does the work, which does
	 * not tell
	 * @throws WasmSandboxException if the guest's collector fails, as any call
	 */
	long collectGarbage();

	/** The allocator at this moment. */
	AllocatorStatistics statistics();

	/**
	 * Who allocates: the names of the guest's functions, for example {@code malloc/free},
	 * or {@code arena}.
	 */
	String strategy();

}
