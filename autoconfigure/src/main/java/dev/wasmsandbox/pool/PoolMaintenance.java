package dev.wasmsandbox.pool;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that keeps all pools of a registry in shape: what is unused too long
 * goes, what is to be kept ready is made, sessions left open are reported. It sleeps as
 * long as no pool has anything due, and no pool's trouble keeps the others from their
 * turn. Thread-safe.
 */
public final class PoolMaintenance implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(PoolMaintenance.class);

	/** However short a pool's times are, it is not looked at more often. */
	private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

	private final Set<InstancePool> pools = ConcurrentHashMap.newKeySet();

	private final Thread thread;

	private volatile @Nullable Tenants tenants;

	private volatile boolean wanted;

	private volatile boolean closed;

	public PoolMaintenance() {
		this.thread = Thread.ofPlatform().name("wasm-pools").daemon().unstarted(this::run);
		this.thread.start();
	}

	/** Looks after a pool until it is closed. */
	public void add(InstancePool pool) {
		this.pools.add(pool);
		soon();
	}

	/** Has tenants that are not used dropped. */
	public void add(Tenants all) {
		this.tenants = all;
		soon();
	}

	void remove(InstancePool pool) {
		this.pools.remove(pool);
	}

	/** Looks at the pools without waiting for their time. */
	public void soon() {
		if (!this.wanted) {
			this.wanted = true;
			LockSupport.unpark(this.thread);
		}
	}

	/** Ends the thread; pools are not closed by it. */
	@Override
	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

	private void run() {
		while (!this.closed) {
			this.wanted = false;
			long pause = Long.MAX_VALUE;
			for (InstancePool pool : this.pools) {
				maintain(pool);
				pause = Math.min(pause, pool.maintenanceInterval());
			}
			Tenants all = this.tenants;
			pause = Math.min(pause, (all != null) ? all.tidy(System.nanoTime()) : pause);
			// Asked for meanwhile, it looks again at once; parking might have missed it.
			if (!this.wanted && !this.closed) {
				LockSupport.parkNanos(this, Math.max(pause, SHORTEST_PAUSE));
			}
		}
	}

	private void maintain(InstancePool pool) {
		try {
			pool.maintain(System.nanoTime());
		}
		catch (RuntimeException | Error ex) {
			log.error("The pool of a module could not be kept in shape; it is tried again later", ex);
		}
	}

}
