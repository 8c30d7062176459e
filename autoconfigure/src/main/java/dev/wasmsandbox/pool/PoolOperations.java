package dev.wasmsandbox.pool;

import java.util.List;
import java.util.Map;

import dev.wasmsandbox.engine.Sandbox;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryAccount;
import dev.wasmsandbox.memory.MemoryUse;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.observe.WorkRecorder;

/**
 * A pool as it is operated: what it holds, and how that is changed while leases come and
 * go. Nothing here waits for a lease or ends one. Thread-safe.
 */
abstract sealed class PoolOperations implements PoolControl permits InstancePool {

	final String moduleName;

	final SandboxFactory factory;

	final PoolSettings settings;

	final PoolMaintenance maintenance;

	final LeaseLedger ledger = new LeaseLedger();

	final LeasePermits permits;

	final SandboxStock stock;

	final ServiceCheck check = new ServiceCheck();

	PoolOperations(String moduleName, SandboxFactory factory, PoolSettings settings, PoolMaintenance maintenance,
			WorkRecorder work) {
		this.moduleName = moduleName;
		this.factory = factory;
		this.settings = settings;
		this.maintenance = maintenance;
		this.permits = new LeasePermits(moduleName, this.ledger, settings.maxSize(), settings.maxWait());
		this.stock = new SandboxStock(moduleName, factory, settings, this.ledger, this.permits::bound,
				maintenance::soon, this.check::failed, work);
	}

	@Override
	public MemoryUse memory() {
		MemoryAccount account = this.factory.account();
		long image = this.factory.imageBytes();
		long idle = this.stock.residentIdle();
		account.measured(image, idle);
		long grown = account.grown();
		long leased = this.permits.taken() * this.factory.initialBytes() + grown;
		long residentLeased = this.ledger.leased().stream().mapToLong(Sandbox::residentBytes).sum();
		return new MemoryUse(image, account.reserved(), leased, grown, residentLeased, idle);
	}

	@Override
	public PoolSettings settings() {
		return this.settings;
	}

	@Override
	public PoolBounds bounds() {
		return new PoolBounds(this.permits.bound(), this.stock.minIdle(), this.stock.minResident());
	}

	@Override
	public void keepReady(int minIdle) {
		requireNotNegative("pool.min-idle", minIdle);
		this.stock.minIdle(minIdle);
		this.maintenance.soon();
	}

	@Override
	public void keepResident(int minResident) {
		requireNotNegative("pool.min-resident", minResident);
		this.stock.minResident(minResident);
	}

	private static void requireNotNegative(String property, int value) {
		if (value < 0) {
			throw new IllegalArgumentException(property + " must be 0 or more, but is " + value);
		}
	}

	@Override
	public long trimmedLeases() {
		return this.stock.trimmedLeases();
	}

	@Override
	public void resetBy(ResetStrategy strategy) {
		this.factory.resetBy(strategy);
	}

	@Override
	public List<ResetStrategy> resetStrategies() {
		return this.factory.resetStrategies();
	}

	@Override
	public Map<ResetStrategy, Long> resetCosts() {
		return this.factory.resetCosts();
	}

	/** By how many pages of 64 KiB the host's arenas may grow ahead of what is asked. */
	public int arenaStep() {
		return this.factory.arenaStep();
	}

	/**
	 * Changes by how many pages of 64 KiB the host's arenas may grow ahead of what is
	 * asked, from the next time they grow on.
	 * @throws IllegalArgumentException if it is negative
	 */
	public void arenaStep(int pages) {
		this.factory.arenaStep(pages);
	}

	@Override
	public void warmUp() {
		this.stock.refill();
	}

	@Override
	public void drain() {
		this.stock.empty();
		this.maintenance.soon();
	}

	@Override
	public void rebuild() {
		this.stock.empty();
		this.stock.refill();
	}

	@Override
	public synchronized void resize(int maxSize) {
		if (maxSize < 1) {
			throw new IllegalArgumentException("pool.max-size must be at least 1, but is " + maxSize);
		}
		this.permits.bound(maxSize);
		this.stock.shrink();
		this.maintenance.soon();
	}

	@Override
	public void suspend() {
		this.stock.suspend();
	}

	@Override
	public void resume() {
		this.stock.resume();
		this.stock.refill();
	}

}
