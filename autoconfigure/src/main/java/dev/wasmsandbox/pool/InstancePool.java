package dev.wasmsandbox.pool;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.Sandbox;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.limits.PoolSettings;

/**
 * Leases sandboxes of one module, restored between two leases so that nothing of the
 * former one is left.
 *
 * <p>
 * Invariants: at most {@code maxSize} leases at a time; a sandbox is either leased, idle
 * and clean, or discarded. Callers wait in the order in which they came. Thread-safe.
 */
public final class InstancePool implements AutoCloseable {

	/** Some 5 KiB of stack when compiled, more when interpreted: what a lease needs. */
	private static final int STACK_PROBE_FRAMES = 40;

	private final String moduleName;

	private final SandboxFactory factory;

	private final PoolSettings settings;

	private final Semaphore permits;

	/** Last in, first out: the sandbox used last is the likeliest to be in the caches. */
	private final ConcurrentLinkedDeque<Sandbox> idle = new ConcurrentLinkedDeque<>();

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
		// A lease needs some stack. A host function deep in a guest's recursion may have
		// none left: better to overflow here, before anything is taken.
		long ignored = probeStack(STACK_PROBE_FRAMES, 1, 2, 3, 4, 5, 6, 7);
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

	/** The unused numbers make each frame larger, so that few of them reach far. */
	private static long probeStack(int frames, long a, long b, long c, long d, long e, long f, long g) {
		return (frames == 0) ? a + b + c + d + e + f + g
				: 1 + a + probeStack(frames - 1, b, c, d, e, f, g, a + frames) + g;
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
		Sandbox sandbox = this.idle.pollFirst();
		if (sandbox != null) {
			this.idleCount.decrementAndGet();
		}
		else {
			sandbox = this.factory.newSandbox();
		}
		try {
			return sandbox.lease();
		}
		catch (Throwable ex) {
			sandbox.discard();
			throw ex;
		}
	}

	/**
	 * Ends a lease.
	 * @throws IllegalStateException if a call is still running in it, or from another
	 * thread than the owner's; the lease then stays as it is
	 */
	public void release(GuestInstance guest) {
		guest.end();
		Sandbox sandbox = guest.sandbox();
		boolean restored = false;
		try {
			restored = guest.restore();
		}
		finally {
			giveBack(sandbox, restored);
		}
	}

	private void giveBack(Sandbox sandbox, boolean clean) {
		try {
			if (clean && !this.closed) {
				this.idle.addFirst(sandbox);
				this.idleCount.incrementAndGet();
				if (this.closed) {
					releaseIdle();
				}
			}
			else {
				sandbox.discard();
			}
		}
		finally {
			this.permits.release();
		}
	}

	/**
	 * Checks that leases are given.
	 * @throws IllegalStateException if the pool is closed
	 */
	public void requireOpen() {
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
	 * Refuses further leases and discards idle sandboxes. Running leases end as they
	 * would, and their sandboxes are then discarded too.
	 */
	@Override
	public void close() {
		this.closed = true;
		releaseIdle();
		this.factory.close();
	}

	private void releaseIdle() {
		for (Sandbox sandbox = this.idle.pollFirst(); sandbox != null; sandbox = this.idle.pollFirst()) {
			this.idleCount.decrementAndGet();
			sandbox.discard();
		}
	}

}
