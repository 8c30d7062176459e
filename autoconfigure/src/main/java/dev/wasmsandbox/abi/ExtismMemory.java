package dev.wasmsandbox.abi;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.screen.Utf8;

/**
 * The memory that an Extism plug-in shares with its host, for host functions of the
 * application: plug-ins pass them {@code i64} addresses of blocks, and want such ones
 * back. Valid as long as the {@link HostContext}; no address is believed.
 */
public final class ExtismMemory {

	private final HostContext guest;

	private final ExtismKernel kernel;

	private ExtismMemory(HostContext guest, ExtismKernel kernel) {
		this.guest = guest;
		this.kernel = kernel;
	}

	/**
	 * The memory of the plug-in that calls.
	 * @throws IllegalStateException if its module does not follow the convention
	 * {@code extism}
	 */
	public static ExtismMemory of(HostContext guest) {
		return new ExtismMemory(guest, guest.attachment(ExtismKernel.class, () -> {
			throw new IllegalStateException("Module '" + guest.moduleName()
					+ "' is no Extism plug-in in a call; its abi must be extism for this host function");
		}));
	}

	/**
	 * The bytes of a block; none for the address 0.
	 * @throws GuestAbiException if no block begins at the address
	 */
	public byte[] readBytes(long address) {
		return this.kernel.read(address, "an argument of a host function");
	}

	/**
	 * The text of a block.
	 * @throws GuestAbiException if no block begins at the address, or its bytes are not
	 * valid UTF-8
	 */
	public String readString(long address) {
		return Utf8.decode(this.guest.moduleName(), null, "the block at address " + address + " of the host's memory",
				readBytes(address));
	}

	/**
	 * Makes a block of bytes, which the plug-in frees.
	 * @return its address; 0 for no bytes
	 * @throws SandboxLimitException if there is no room; the plug-in's call ends with it
	 */
	public long write(byte[] content) {
		return this.kernel.put(this.guest, content);
	}

	/**
	 * As {@link #write(byte[])}, for text.
	 * @throws GuestAbiException if it has half of a surrogate pair
	 */
	public long write(String text) {
		return write(Utf8.encode(this.guest.moduleName(), null, "a text of a host function", text));
	}

	/** Frees a block, for functions that take what they are passed. */
	public void free(long address) {
		this.kernel.free(address);
	}

	/** Fails the plug-in's call with a text, unless the plug-in clears it. */
	public void setError(String text) {
		this.kernel.error(write(text));
	}

}
