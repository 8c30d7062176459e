package dev.wasmsandbox.guest;

import dev.wasmsandbox.error.GuestAbiException;

/**
 * A range of the calling guest's memory that it named by address and length. Valid until
 * the host function returns; every access is checked.
 *
 * @param memory the guest's memory
 * @param address where it begins
 * @param length how many bytes, as the guest said; it may be wrong
 */
public record GuestBytes(GuestMemory memory, int address, int length) {

	/**
	 * Copies the bytes out.
	 * @throws GuestAbiException if the range does not lie in the memory
	 */
	public byte[] read() {
		return this.memory.readBytes(this.address, this.length);
	}

	/**
	 * Copies the bytes out as UTF-8.
	 * @throws GuestAbiException also if they are none
	 */
	public String text() {
		return this.memory.readString(this.address, this.length);
	}

	/**
	 * Copies bytes in, at the beginning of the range.
	 * @throws GuestAbiException if they are more than the range, or it does not lie in
	 * the memory
	 */
	public void write(byte[] bytes) {
		if (bytes.length > Integer.toUnsignedLong(this.length)) {
			throw new GuestAbiException(null, null, bytes.length + " bytes do not fit in the "
					+ Integer.toUnsignedString(this.length) + " bytes that the guest offers", null);
		}
		this.memory.writeBytes(this.address, bytes);
	}

}
