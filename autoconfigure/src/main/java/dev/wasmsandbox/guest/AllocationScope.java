package dev.wasmsandbox.guest;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;

/**
 * Blocks that are given back together, when the scope is closed. Scopes nest: only the
 * innermost one allocates, and closing one closes those opened in it.
 */
public interface AllocationScope extends AutoCloseable {

	/**
	 * Allocates a block that lives until the scope is closed.
	 * @param bytes its size; 0 is taken as 1
	 * @return its address
	 * @throws GuestAbiException as {@link SandboxAllocator#allocate} does
	 * @throws SandboxLimitException as {@link SandboxAllocator#allocate} does
	 * @throws IllegalStateException if the scope is closed, or one opened in it is open
	 */
	int allocate(int bytes);

	/**
	 * Gives all its blocks back. Does nothing if it is closed, or the session is: blocks
	 * vanish with the session. After a failed call the guest is asked for nothing more.
	 * @throws IllegalStateException from another thread than the session's
	 */
	@Override
	void close();

}
