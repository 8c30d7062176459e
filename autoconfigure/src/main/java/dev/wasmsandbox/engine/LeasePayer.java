package dev.wasmsandbox.engine;

import dev.wasmsandbox.memory.MemoryQuota;

/**
 * Who pays for what a lease uses. Thread-safe; nothing of it waits.
 */
public interface LeasePayer {

	/** Where the memory is counted that the lease grows by. */
	MemoryQuota memory();

	/**
	 * Told by the watchdog that a guest of the lease was seen running.
	 * @param nanos for how long
	 */
	void ran(long nanos);

}
