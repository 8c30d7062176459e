package dev.wasmsandbox.memory;

/**
 * An access outside a linear memory. Thrown by the bounds check itself; the layers above
 * turn it into a trap of the guest or an error of the host's call.
 */
public final class MemoryAccessException extends RuntimeException {

	MemoryAccessException(long address, long length, long size) {
		super("out of bounds memory access: " + length + " bytes at address " + address + ", but the memory has " + size
				+ " bytes", null, false, false);
	}

}
