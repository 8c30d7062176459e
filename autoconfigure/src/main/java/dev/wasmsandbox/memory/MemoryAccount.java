package dev.wasmsandbox.memory;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import dev.wasmsandbox.error.SandboxLimitException;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one module's sandboxes, counted against the {@link MemoryBudget}. What is
 * counted for a slot is taken back when the slot is closed or released, and what is
 * counted for images and idle slots when the account is closed, so that all figures are
 * zero once everything is closed.
 *
 * <p>
 * Thread-safe. Slots only use atomics; measuring takes a lock of its own.
 */
public final class MemoryAccount {

	private final @Nullable String moduleName;

	private final MemoryBudget budget;

	private final AtomicLong reserved = new AtomicLong();

	/** What slots have beyond their images. */
	private final AtomicLong grown = new AtomicLong();

	/** What {@link #measured} was told; guarded by this. */
	private long image;

	private volatile long idle;

	private boolean closed;

	private volatile LongSupplier giveBackIdle = () -> 0;

	/**
	 * Opens an account.
	 * @param moduleName whose it is, for messages
	 */
	public MemoryAccount(@Nullable String moduleName, MemoryBudget budget) {
		this.moduleName = moduleName;
		this.budget = budget;
		budget.open(this);
	}

	/** An account that nobody looks at, without a limit. */
	static MemoryAccount ofNobody() {
		return new MemoryAccount(null, MemoryBudget.unlimited());
	}

	/** What it is counted against. */
	public MemoryBudget budget() {
		return this.budget;
	}

	/**
	 * Says how idle slots give their pages back when others need the room: what it
	 * answers is what they hold afterwards, in bytes. It is called on the thread that
	 * needs the room, which may hold any sandbox, so it must wait for nobody.
	 */
	public void whenIdleIsWanted(LongSupplier giveBack) {
		this.giveBackIdle = giveBack;
	}

	/** Address space reserved for slots, in bytes. */
	public long reserved() {
		return this.reserved.get();
	}

	/** What slots have beyond their images at this moment, in bytes. */
	public long grown() {
		return this.grown.get();
	}

	/** The pages of idle slots as last measured, in bytes. */
	public long idle() {
		return this.idle;
	}

	void reserve(long change) {
		this.reserved.addAndGet(change);
	}

	/** Counts memory beyond the image, if the budget has room for it. */
	boolean tryGrow(long bytes) {
		if (!this.budget.tryTake(bytes)) {
			return false;
		}
		this.grown.addAndGet(bytes);
		return true;
	}

	void shrink(long bytes) {
		this.grown.addAndGet(-bytes);
		this.budget.giveBack(bytes);
	}

	/**
	 * Checks that the budget has room for one more lease.
	 * @throws SandboxLimitException if it has not
	 */
	public void requireRoom() {
		this.budget.requireRoom(this.moduleName);
	}

	SandboxLimitException refused(long bytes) {
		return this.budget.refused(this.moduleName, bytes);
	}

	/**
	 * Counts a new image.
	 * @throws SandboxLimitException if the budget has no room for it
	 */
	void takeImage(long bytes) {
		// Not under the lock: making room asks the accounts of others.
		if (!this.budget.tryTake(bytes)) {
			throw refused(bytes);
		}
		synchronized (this) {
			this.image += bytes;
		}
	}

	/** Counts what an image and idle slots were found to hold. */
	public synchronized void measured(long imageBytes, long idleBytes) {
		if (!this.closed) {
			this.budget.measured(imageBytes - this.image + idleBytes - this.idle);
			this.image = imageBytes;
			this.idle = idleBytes;
		}
	}

	/** Called by the budget for its own module and others. */
	void reclaimIdle() {
		if (this.idle > 0) {
			long left = this.giveBackIdle.getAsLong();
			synchronized (this) {
				if (!this.closed) {
					this.budget.measured(left - this.idle);
					this.idle = left;
				}
			}
		}
	}

	/**
	 * Counts neither image nor idle slots any more. What slots have beyond their images
	 * counts until they are closed.
	 */
	public synchronized void close() {
		measured(0, 0);
		this.closed = true;
		this.budget.close(this);
	}

}
