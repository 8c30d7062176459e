package dev.wasmsandbox.memory;

/**
 * What becomes of a guest's writes to a {@link ZeroCopyBuffer}.
 */
public enum BufferAccess {

	/**
	 * The buffer cannot be changed by the guest: pages it writes become its own
	 * (copy-on-write) and are gone when the buffer is unmapped. What the host writes
	 * meanwhile shows in the other pages, where the buffer is mapped.
	 */
	READ_ONLY,
	/**
	 * The guest writes into the buffer. Where it is mapped, host and other guests see it
	 * at once; where it is copied, the whole buffer is overwritten when it is unmapped.
	 */
	READ_WRITE

}
