package dev.wasmsandbox;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryUse;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.pool.InstancePool;
import dev.wasmsandbox.pool.PoolBounds;
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

	private @Nullable Integer minIdle;

	private @Nullable Integer minResident;

	private @Nullable ResetStrategy resetBy;

	private @Nullable Integer arenaStep;

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
			if (this.minIdle != null) {
				next.keepReady(this.minIdle);
			}
			if (this.minResident != null) {
				next.keepResident(this.minResident);
			}
			// Another version may be too large for a way that suited the former one.
			if (this.resetBy != null && next.resetStrategies().contains(this.resetBy)) {
				next.resetBy(this.resetBy);
			}
			if (this.arenaStep != null) {
				next.arenaStep(this.arenaStep);
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
	public PoolBounds bounds() {
		return current().bounds();
	}

	@Override
	public void keepReady(int sandboxes) {
		synchronized (this.versions) {
			current().keepReady(sandboxes);
			this.minIdle = sandboxes;
		}
	}

	@Override
	public void keepResident(int sandboxes) {
		synchronized (this.versions) {
			current().keepResident(sandboxes);
			this.minResident = sandboxes;
		}
	}

	@Override
	public long trimmedLeases() {
		return current().trimmedLeases();
	}

	@Override
	public void resetBy(ResetStrategy strategy) {
		synchronized (this.versions) {
			current().resetBy(strategy);
			this.resetBy = strategy;
		}
	}

	@Override
	public List<ResetStrategy> resetStrategies() {
		return current().resetStrategies();
	}

	@Override
	public Map<ResetStrategy, Long> resetCosts() {
		return current().resetCosts();
	}

	int arenaStep() {
		return current().arenaStep();
	}

	/** Changes by how many pages the host's arenas may grow ahead. */
	void arenaStep(int pages) {
		synchronized (this.versions) {
			current().arenaStep(pages);
			this.arenaStep = pages;
		}
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
