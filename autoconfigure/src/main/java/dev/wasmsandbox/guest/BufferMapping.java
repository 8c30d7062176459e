package dev.wasmsandbox.guest;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.LeaseWork;
import dev.wasmsandbox.engine.LinearMemory;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;

/**
 * A buffer mapped into a session's memory. It ends by {@link #unmap}, at the latest with
 * the session, before the sandbox is made clean for the next one. Confined to the thread
 * of the session.
 */
public final class BufferMapping implements AutoCloseable {

	private final GuestInstance guest;

	private final ZeroCopyBuffer buffer;

	private final int address;

	private final BufferAccess access;

	private boolean unmapped;

	private BufferMapping(GuestInstance guest, ZeroCopyBuffer buffer, int address, BufferAccess access) {
		this.guest = guest;
		this.buffer = buffer;
		this.address = address;
		this.access = access;
	}

	/**
	 * Maps a buffer into the memory of a lease.
	 * @throws GuestAbiException if it cannot lie at this address
	 * @throws SandboxLimitException if the process has too few mappings left
	 * @throws IllegalStateException if the lease is over, a call is running in it, it
	 * belongs to another thread, or the buffer is closed
	 */
	public static BufferMapping map(GuestInstance guest, ZeroCopyBuffer buffer, int address, BufferAccess access) {
		BufferMapping mapping = new BufferMapping(guest, buffer, address, access);
		mapping.requireBetweenCalls();
		mapping.map();
		return mapping;
	}

	/** As {@link #map}, between the steps of a call, while no code of the guest runs. */
	static BufferMapping mapBetweenSteps(GuestInstance guest, ZeroCopyBuffer buffer, int address, BufferAccess access) {
		BufferMapping mapping = new BufferMapping(guest, buffer, address, access);
		mapping.requireBetweenSteps();
		mapping.map();
		return mapping;
	}

	private void map() {
		LinearMemory memory = this.guest.memory();
		memory.mapBuffer(this.guest.moduleName(), this.buffer, this.address, this.access);
		LeaseWork work = this.guest.work();
		if (memory.sharesBuffers()) {
			work.mapped(this.buffer.size());
			return;
		}
		work.copiedIn(this.buffer.size());
		if (this.access == BufferAccess.READ_WRITE) {
			// When it is unmapped, or with the session.
			work.copiedOut(this.buffer.size());
		}
	}

	/** As {@link #unmap}, between the steps of a call. */
	void unmapBetweenSteps() {
		if (!this.unmapped && !this.guest.isClosed()) {
			requireBetweenSteps();
			this.unmapped = true;
			this.guest.memory().unmapBuffer(this.address);
		}
	}

	private void requireBetweenSteps() {
		this.guest.requireUsable();
		if (!this.guest.betweenSteps()) {
			throw new IllegalStateException("The session on module '" + this.guest.moduleName()
					+ "' cannot map or unmap a buffer while its guest runs; call it in a session of its own");
		}
	}

	/** What is mapped. */
	public ZeroCopyBuffer buffer() {
		return this.buffer;
	}

	/** The guest's address at which it begins. */
	public int address() {
		return this.address;
	}

	/** What becomes of the guest's writes. */
	public BufferAccess access() {
		return this.access;
	}

	/**
	 * Takes the buffer away. Where it was, the memory is as in a new sandbox: what the
	 * guest had there before is lost. A second call, or one after the session was closed,
	 * does nothing.
	 * @throws IllegalStateException while a call is running in the session, or from
	 * another thread
	 */
	public void unmap() {
		if (this.unmapped || this.guest.isClosed()) {
			return;
		}
		requireBetweenCalls();
		this.unmapped = true;
		this.guest.memory().unmapBuffer(this.address);
	}

	/** As {@link #unmap}. */
	@Override
	public void close() {
		unmap();
	}

	private void requireBetweenCalls() {
		this.guest.requireUsable();
		if (this.guest.running()) {
			throw new IllegalStateException("The session on module '" + this.guest.moduleName()
					+ "' cannot map or unmap a buffer while a call is running in it");
		}
	}

}
