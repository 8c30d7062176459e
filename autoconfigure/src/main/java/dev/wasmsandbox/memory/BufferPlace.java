package dev.wasmsandbox.memory;

import dev.wasmsandbox.error.GuestAbiException;

/**
 * Where a buffer lies in a slot. While a slot holds a place, the buffer cannot be closed.
 *
 * @param buffer the buffer, mapped as a whole
 * @param offset where in the slot it begins, a multiple of {@link ZeroCopyBuffer#PAGE}
 * @param access what becomes of the guest's writes
 */
record BufferPlace(ZeroCopyBuffer buffer, long offset, BufferAccess access) {

	/**
	 * A place that a buffer may take in a memory.
	 * @throws GuestAbiException if the address is no multiple of 4 KiB, or the range does
	 * not lie within the memory or overlaps another place
	 */
	static BufferPlace in(FlatMemory memory, String moduleName, ZeroCopyBuffer buffer, int address,
			BufferAccess access) {
		BufferPlace place = new BufferPlace(buffer, Integer.toUnsignedLong(address), access);
		BufferPlace other = memory.slot().placeIn(place.offset(), place.end());
		String problem = null;
		if (place.offset() % ZeroCopyBuffer.PAGE != 0) {
			problem = "the address is no multiple of " + ZeroCopyBuffer.PAGE;
		}
		else if (!memory.contains(address, place.bytes())) {
			problem = "the guest's memory has " + memory.size() + " bytes";
		}
		else if (other != null) {
			problem = "another buffer of " + other.bytes() + " bytes is mapped at address " + other.offset();
		}
		if (problem != null) {
			throw new GuestAbiException(moduleName, null, "a buffer of " + place.bytes()
					+ " bytes cannot be mapped at address " + place.offset() + ": " + problem, null);
		}
		return place;
	}

	long bytes() {
		return this.buffer.mappedSize();
	}

	/** The offset behind it. */
	long end() {
		return this.offset + bytes();
	}

	boolean overlaps(long from, long to) {
		return this.offset < to && from < end();
	}

	boolean shared() {
		return this.access == BufferAccess.READ_WRITE;
	}

}
