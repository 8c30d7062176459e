package dev.wasmsandbox;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryUse;
import dev.wasmsandbox.pool.InstancePool;
import dev.wasmsandbox.pool.PoolControl;
import dev.wasmsandbox.pool.PoolHealth;
import dev.wasmsandbox.pool.PoolStatistics;
import org.jspecify.annotations.Nullable;

/**
 * The pool of a module, whichever version is in service. What was done to it holds for
 * later versions too, and its counts go on over reloads; what former versions still hold
 * is in its figures until it is given back. Thread-safe.
 */
final class VersionedPool implements PoolControl {

	private final ModuleVersions versions;

	/** All below is guarded by the versions' monitor, as the switch is. */
	private @Nullable Integer resized;

	private boolean suspended;

	/** What the pools did that are closed. */
	private @Nullable PoolStatistics past;

	/**
	 * Closed pools with leases. Weakly, because a lease that is out holds its pool, and
	 * nothing else should.
	 */
	private final List<WeakReference<InstancePool>> retired = new ArrayList<>();

	VersionedPool(ModuleVersions versions) {
		this.versions = versions;
	}

	private InstancePool current() {
		return this.versions.current().pool();
	}

	/** Has a pool be as this one was made. */
	void prepare(InstancePool next) {
		synchronized (this.versions) {
			if (this.resized != null) {
				next.resize(this.resized);
			}
			if (this.suspended) {
				next.suspend();
			}
		}
	}

	/** Counts what a pool did that is closed; its leases are to be given up. */
	void retire(InstancePool pool) {
		synchronized (this.versions) {
			PoolStatistics done = pool.statistics();
			this.past = done.endedAfter(this.past);
			if (done.leased() > 0) {
				this.retired.add(new WeakReference<>(pool));
			}
			stillLeased();
		}
	}

	private List<InstancePool> stillLeased() {
		List<InstancePool> pools = this.retired.stream()
			.map(WeakReference::get)
			.filter(Objects::nonNull)
			.filter((pool) -> pool.statistics().leased() > 0)
			.toList();
		this.retired.removeIf((reference) -> {
			InstancePool pool = reference.get();
			return pool == null || !pools.contains(pool);
		});
		return pools;
	}

	@Override
	public PoolStatistics statistics() {
		synchronized (this.versions) {
			int leased = stillLeased().stream().mapToInt((pool) -> pool.statistics().leased()).sum();
			return current().statistics().after(this.past, leased);
		}
	}

	@Override
	public PoolHealth health() {
		InstancePool asked = current();
		PoolHealth health = asked.health();
		// One that was replaced meanwhile is closed, but not the module's any more.
		InstancePool now = current();
		return now.equals(asked) ? health : now.health();
	}

	@Override
	public MemoryUse memory() {
		List<InstancePool> pools;
		InstancePool current;
		synchronized (this.versions) {
			pools = stillLeased();
			current = current();
		}
		MemoryUse use = current.memory();
		for (InstancePool pool : pools) {
			use = use.plus(pool.memory());
		}
		return use;
	}

	@Override
	public PoolSettings settings() {
		return current().settings();
	}

	@Override
	public void warmUp() {
		current().warmUp();
	}

	@Override
	public void drain() {
		current().drain();
	}

	@Override
	public void rebuild() {
		current().rebuild();
	}

	@Override
	public void resize(int maxSize) {
		synchronized (this.versions) {
			current().resize(maxSize);
			this.resized = maxSize;
		}
	}

	@Override
	public void suspend() {
		synchronized (this.versions) {
			this.suspended = true;
			current().suspend();
		}
	}

	/** Not under the monitor: making sandboxes takes its time. */
	@Override
	public void resume() {
		InstancePool pool;
		synchronized (this.versions) {
			this.suspended = false;
			pool = current();
		}
		pool.resume();
	}

}
