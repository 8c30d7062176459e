package dev.wasmsandbox.memory;

/**
 * An access outside a linear memory. Thrown by the bounds check itself; the layers above
 * turn it into a trap of the guest or an error of the host's call.
 */
public final class MemoryAccessException extends RuntimeException {

	MemoryAccessException(long address, long length, long size) {
		this(length + " bytes at address " + address, size);
	}

	private MemoryAccessException(String what, long size) {
		super("out of bounds memory access: " + what + ", but the memory has " + size + " bytes", null, false, false);
	}

	/** What is thrown for an access at an address that is at least the given one. */
	public static MemoryAccessException beyond(long address, long size) {
		return new MemoryAccessException("at address " + address + " or above", size);
	}

}
