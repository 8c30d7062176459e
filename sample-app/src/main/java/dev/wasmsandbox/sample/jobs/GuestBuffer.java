package dev.wasmsandbox.sample.jobs;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.sample.web.InvalidInputException;

import org.springframework.http.HttpStatus;

/**
 * A block in a guest's memory, from the allocator which the guest exports as
 * {@code alloc} and {@code dealloc}.
 *
 * @param session the session whose guest it belongs to
 * @param address where it begins
 * @param length its size in bytes
 */
record GuestBuffer(SandboxSession session, int address, int length) {

	/** What a guest needs for its stack, its data and the allocator itself. */
	private static final int RESERVED = 1 << 20;

	/**
	 * How many bytes of data fit beside each other into a sandbox of the module.
	 */
	static long capacity(WasmSandbox sandbox) {
		return Math.max(0, sandbox.info().limits().memoryBytes() - RESERVED);
	}

	/**
	 * Allocates a block.
	 * @throws InvalidInputException if the guest has no memory left
	 */
	static GuestBuffer allocate(SandboxSession session, int length) {
		int address = session.export("alloc").callInt(length);
		if (address == 0) {
			throw new InvalidInputException(HttpStatus.UNPROCESSABLE_CONTENT, "Not enough guest memory",
					"The module '" + session.moduleName() + "' has no memory left for " + length
							+ " bytes. Send less, or raise its limits.memory.");
		}
		return new GuestBuffer(session, address, length);
	}

	/** Allocates a block and fills it. */
	static GuestBuffer copyOf(SandboxSession session, byte[] bytes) {
		GuestBuffer buffer = allocate(session, bytes.length);
		session.memory().writeBytes(buffer.address, bytes);
		return buffer;
	}

	/**
	 * Takes over a block that the guest returned as {@code address << 32 | length}.
	 * @throws InvalidInputException if the guest returned none, having no memory left
	 */
	static GuestBuffer returned(SandboxSession session, long packed) {
		if (packed == 0) {
			throw new InvalidInputException(HttpStatus.UNPROCESSABLE_CONTENT, "Not enough guest memory",
					"The module '" + session.moduleName()
							+ "' has no memory left for its result. Send less, or raise its limits.memory.");
		}
		return new GuestBuffer(session, (int) (packed >>> 32), (int) packed);
	}

	byte[] bytes() {
		return this.session.memory().readBytes(this.address, this.length);
	}

	/**
	 * Gives the block back. Not needed after a failure: the sandbox is discarded then.
	 */
	void free() {
		this.session.call("dealloc", void.class, this.address, this.length);
	}

}
