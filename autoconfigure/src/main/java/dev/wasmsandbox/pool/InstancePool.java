package dev.wasmsandbox.pool;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.LinearMemory;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.limits.PoolSettings;

/**
 * Leases sandboxes of one module. Memories are kept and used again, the instance over
 * them is made anew for every lease, so nothing of a former one is left.
 *
 * <p>
 * Invariants: at most {@code maxSize} leases at a time; a memory is either leased, idle
 * and clean, or released. Callers wait in the order in which they came. Thread-safe.
 */
public final class InstancePool implements AutoCloseable {

	private final String moduleName;

	private final SandboxFactory factory;

	private final PoolSettings settings;

	private final Semaphore permits;

	/** Last in, first out: the memory used last is the likeliest to be in the caches. */
	private final ConcurrentLinkedDeque<LinearMemory> idle = new ConcurrentLinkedDeque<>();

	private final AtomicInteger idleCount = new AtomicInteger();

	private volatile boolean closed;

	public InstancePool(String moduleName, SandboxFactory factory, PoolSettings settings) {
		this.moduleName = moduleName;
		this.factory = factory;
		this.settings = settings;
		this.permits = new Semaphore(settings.maxSize(), true);
	}

	/**
	 * Leases a clean instance to the current thread; give it back with {@link #release}.
	 * @throws SandboxBusyException if none becomes free within {@code pool.max-wait}
	 * @throws SandboxInterruptedException if the thread is interrupted while it waits
	 * @throws IllegalStateException if the pool is closed
	 */
	public GuestInstance acquire() {
		requireOpen();
		awaitPermit();
		boolean leased = false;
		try {
			requireOpen();
			GuestInstance guest = instantiate();
			leased = true;
			return guest;
		}
		finally {
			if (!leased) {
				this.permits.release();
			}
		}
	}

	private void awaitPermit() {
		try {
			if (this.permits.tryAcquire(this.settings.maxWait().toNanos(), TimeUnit.NANOSECONDS)) {
				return;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SandboxInterruptedException(this.moduleName, null, "interrupted while waiting for a sandbox", ex);
		}
		throw new SandboxBusyException(this.moduleName, null,
				"all " + this.settings.maxSize() + " sandboxes are in use and none became free within pool.max-wait of "
						+ this.settings.maxWait().toMillis() + " ms; raise pool.max-size or call less often",
				null);
	}

	private GuestInstance instantiate() {
		LinearMemory memory = this.idle.pollFirst();
		if (memory != null) {
			this.idleCount.decrementAndGet();
		}
		else {
			memory = this.factory.newMemory();
		}
		try {
			return this.factory.instantiate(memory);
		}
		catch (Throwable ex) {
			this.factory.discard(memory);
			throw ex;
		}
	}

	/**
	 * Ends a lease.
	 * @throws IllegalStateException if a call is still running in it, or from another
	 * thread than the owner's; the lease then stays as it is
	 */
	public void release(GuestInstance guest) {
		LinearMemory memory = guest.memory();
		boolean clean = guest.close();
		if (clean && !this.closed) {
			this.idle.addFirst(memory);
			this.idleCount.incrementAndGet();
			if (this.closed) {
				releaseIdle();
			}
		}
		else {
			this.factory.discard(memory);
		}
		this.permits.release();
	}

	private void requireOpen() {
		if (this.closed) {
			throw new IllegalStateException("The module '" + this.moduleName + "' was unloaded");
		}
	}

	/** The pool at this moment. */
	public PoolStatistics statistics() {
		return new PoolStatistics(this.settings.maxSize() - this.permits.availablePermits(), this.idleCount.get(),
				this.permits.getQueueLength(), this.settings.maxSize());
	}

	/** Its bounds. */
	public PoolSettings settings() {
		return this.settings;
	}

	/**
	 * Refuses further leases and gives idle memory back. Running leases end as they
	 * would, and their memory is then given back too.
	 */
	@Override
	public void close() {
		this.closed = true;
		releaseIdle();
	}

	private void releaseIdle() {
		for (LinearMemory memory = this.idle.pollFirst(); memory != null; memory = this.idle.pollFirst()) {
			this.idleCount.decrementAndGet();
			this.factory.discard(memory);
		}
	}

}
