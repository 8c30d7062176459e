package dev.wasmsandbox.memory;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import dev.wasmsandbox.error.SandboxLimitException;
import org.jspecify.annotations.Nullable;

/**
 * What all sandboxes of a registry may hold in memory together, and what is counted
 * against it: images, the memory that running sandboxes have beyond their images, and the
 * resident pages of idle ones as last measured. It guarantees that nothing is counted for
 * a running sandbox beyond the limit, and that idle pages are given back to the system
 * before anything is refused.
 *
 * <p>
 * Thread-safe. Counting is one atomic operation; only who would be refused takes a lock.
 */
public final class MemoryBudget {

	/** What the limit is called in messages and configuration. */
	public static final String LIMIT = "limits.total-memory";

	/** What a lease needs at the least: a page of its own. */
	private static final long LEAST = 4_096;

	private final long limit;

	private final AtomicLong counted = new AtomicLong();

	private final List<MemoryAccount> accounts = new CopyOnWriteArrayList<>();

	/** Held while idle pages are given back, so that several who need room share it. */
	private final ReentrantLock reclaiming = new ReentrantLock();

	private MemoryBudget(long limit) {
		this.limit = limit;
	}

	/**
	 * A budget of so many bytes.
	 * @throws IllegalArgumentException if it is not positive
	 */
	public static MemoryBudget of(long bytes) {
		if (bytes <= 0) {
			throw new IllegalArgumentException(LIMIT + " must be positive, but is " + bytes + " bytes");
		}
		return new MemoryBudget(bytes);
	}

	/** A budget that only counts. */
	public static MemoryBudget unlimited() {
		return new MemoryBudget(Long.MAX_VALUE);
	}

	/** Whether it refuses anything. */
	public boolean limited() {
		return this.limit != Long.MAX_VALUE;
	}

	/** The limit in bytes; {@link Long#MAX_VALUE} for none. */
	public long limit() {
		return this.limit;
	}

	/** What is counted against it now, in bytes. */
	public long counted() {
		return this.counted.get();
	}

	void open(MemoryAccount account) {
		this.accounts.add(account);
	}

	void close(MemoryAccount account) {
		this.accounts.remove(account);
	}

	/** Counts what was measured; it is there, whatever the limit. */
	void measured(long change) {
		this.counted.addAndGet(change);
	}

	void giveBack(long bytes) {
		this.counted.addAndGet(-bytes);
	}

	/** Counts memory that is wanted, if there is room for it. */
	boolean tryTake(long bytes) {
		return within(bytes, true) || (reclaim(bytes) && within(bytes, true));
	}

	/**
	 * Checks that there is room for one more lease.
	 * @throws SandboxLimitException if there is not
	 */
	void requireRoom(@Nullable String moduleName) {
		if (this.limited() && !within(LEAST, false) && !(reclaim(LEAST) && within(LEAST, false))) {
			throw refused(moduleName, LEAST);
		}
	}

	SandboxLimitException refused(@Nullable String moduleName, long bytes) {
		long now = this.counted.get();
		return new SandboxLimitException(moduleName, null, LIMIT, this.limit, now + bytes,
				"wasm." + LIMIT + " of " + this.limit + " bytes is used up: sandboxes hold " + now + " bytes and "
						+ bytes
						+ " more were asked for; close sessions, lower limits.memory or pool.max-size, unload modules, "
						+ "or raise the limit",
				null);
	}

	private boolean within(long bytes, boolean take) {
		long before = this.counted.get();
		while (bytes <= this.limit - before) {
			if (!take || this.counted.compareAndSet(before, before + bytes)) {
				return true;
			}
			before = this.counted.get();
		}
		return false;
	}

	/**
	 * Has idle sandboxes give back what is counted for them, until there is room.
	 * @return whether it may be worth another try
	 */
	private boolean reclaim(long bytes) {
		if (bytes > this.limit) {
			return false;
		}
		this.reclaiming.lock();
		try {
			for (MemoryAccount account : this.accounts) {
				if (within(bytes, false)) {
					return true;
				}
				account.reclaimIdle();
			}
			return true;
		}
		finally {
			this.reclaiming.unlock();
		}
	}

}
