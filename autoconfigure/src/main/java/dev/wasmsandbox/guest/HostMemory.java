package dev.wasmsandbox.guest;

import dev.wasmsandbox.error.SandboxLimitException;

/**
 * Counts what the host keeps for one guest outside of the guest's memory, as a convention
 * does that exchanges data in memory of its own: it counts as the guest's own memory
 * does, and not any more once the lease is over. Valid as long as the lease, on its
 * thread.
 */
@FunctionalInterface
public interface HostMemory {

	/**
	 * Counts bytes that are about to be kept.
	 * @throws SandboxLimitException if {@code limits.total-memory} or the memory of the
	 * tenant is used up; nothing was counted then, and the guest can still be called
	 * @throws IllegalStateException if the lease is over, or another thread's
	 */
	void take(long bytes);

}
