package dev.wasmsandbox.abi;

import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostMemory;
import dev.wasmsandbox.screen.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * What Extism's host keeps for one plug-in during one lease: the memory both see, the
 * input, the output, the error, the variables. It dies with the lease, and nothing of it
 * is seen by another one.
 */
final class ExtismKernel {

	private final String moduleName;

	private final ExtismSettings settings;

	private final long limit;

	private final KernelMemory memory;

	private final ExtismVariables variables;

	private final GuestLog log;

	private long input;

	private long inputLength;

	private long output;

	private long outputLength;

	private long error;

	private int httpStatus;

	private byte @Nullable [] httpHeaders;

	ExtismKernel(String moduleName, ExtismSettings settings, long limit, HostMemory room) {
		this.moduleName = moduleName;
		this.settings = settings;
		this.limit = limit;
		this.memory = new KernelMemory(limit, room);
		this.variables = new ExtismVariables(room);
		this.log = new GuestLog(moduleName);
	}

	/**
	 * Begins a call: all blocks are gone, and the input is a new one.
	 * @throws SandboxLimitException if the input is too large
	 */
	void begin(String function, byte[] content) {
		this.memory.clear();
		this.output = 0;
		this.outputLength = 0;
		this.error = 0;
		this.input = 0;
		this.inputLength = 0;
		this.log.begin();
		long block = this.memory.put(content);
		if (block < 0) {
			throw full(function, content.length);
		}
		this.input = block;
		this.inputLength = content.length;
	}

	private SandboxLimitException full(@Nullable String function, long asked) {
		return new SandboxLimitException(this.moduleName, function, "limits.memory", this.limit,
				this.memory.size() + asked,
				"what the plug-in and its host exchange takes more than limits.memory of " + this.limit
						+ " bytes, as much as its memory may: " + asked + " bytes were wanted when "
						+ this.memory.size() + " were taken; raise it if that is legitimate",
				null);
	}

	long outputLength() {
		return this.outputLength;
	}

	/** The output of the call. */
	byte[] output() {
		return this.memory.read(this.output, (int) this.outputLength);
	}

	/** The error of the call; empty if none is set. */
	String error() {
		int length = this.memory.length(this.error);
		return (length > 0) ? new String(this.memory.read(this.error, length), StandardCharsets.UTF_8) : "";
	}

	KernelMemory memory() {
		return this.memory;
	}

	ExtismVariables variables() {
		return this.variables;
	}

	ExtismSettings settings() {
		return this.settings;
	}

	long inputLength() {
		return this.inputLength;
	}

	long input() {
		return this.input;
	}

	int loadInputByte(long offset) {
		return (offset >= 0 && offset < this.inputLength) ? this.memory.loadByte(this.input + offset) : 0;
	}

	long loadInputLong(long offset) {
		return (offset >= 0 && offset <= this.inputLength - Long.BYTES) ? this.memory.loadLong(this.input + offset) : 0;
	}

	void output(long address, long length) {
		if (this.memory.contains(address, length)) {
			this.output = address;
			this.outputLength = length;
		}
	}

	/** Sets the error to a block, or clears it; other addresses are passed over. */
	void error(long address) {
		if (address == 0 || this.memory.contains(address, 1)) {
			this.error = address;
		}
	}

	/** Frees a block; without that of the input there is none. */
	void free(long address) {
		if (address != 0 && address == this.input) {
			this.input = 0;
			this.inputLength = 0;
		}
		this.memory.free(address);
	}

	/**
	 * Allocates for the guest.
	 * @throws SandboxLimitException if there is no room; the guest's call ends with it
	 */
	long allocate(HostContext guest, long length) {
		return allocated(guest, () -> this.memory.allocate(length), length);
	}

	/** As {@link #allocate}, for bytes that the host answers. */
	long put(HostContext guest, byte[] content) {
		return allocated(guest, () -> this.memory.put(content), content.length);
	}

	private long allocated(HostContext guest, LongSupplier allocation, long length) {
		long address;
		try {
			address = allocation.getAsLong();
		}
		catch (SandboxLimitException ex) {
			throw guest.fail(ex);
		}
		if (address < 0) {
			throw guest.fail(full(null, length));
		}
		return address;
	}

	/**
	 * The bytes of a block, which is left as it is.
	 * @param address 0 stands for an empty block
	 * @throws GuestAbiException if no block begins there
	 */
	byte[] read(long address, String what) {
		int length = this.memory.length(address);
		if (length == 0 && address != 0) {
			throw new GuestAbiException(this.moduleName, null, "no block of the host's memory begins at address "
					+ Long.toUnsignedString(address) + ", which the plug-in passed as " + what, null);
		}
		return this.memory.read(address, length);
	}

	/** As {@link #read}, and frees the block. */
	byte[] take(long address, String what) {
		byte[] content = read(address, what);
		free(address);
		return content;
	}

	/**
	 * As {@link #take}, for text.
	 * @throws GuestAbiException also if it is not valid UTF-8
	 */
	String takeText(long address, String what) {
		return Utf8.decode(this.moduleName, null, what, take(address, what));
	}

	/** As {@link #take}, for text to be shown, in which anything may stand. */
	String takeMessage(long address) {
		return new String(take(address, "a message to log"), StandardCharsets.UTF_8);
	}

	GuestLog log() {
		return this.log;
	}

	void answered(ExtismHttp.Response response) {
		this.httpStatus = response.status();
		this.httpHeaders = response.headers().isEmpty() ? null : Utf8.encode(this.moduleName, null,
				"a header of an HTTP response", HttpJson.write(response.headers()));
	}

	int httpStatus() {
		return this.httpStatus;
	}

	byte @Nullable [] httpHeaders() {
		return this.httpHeaders;
	}

}
