package dev.wasmsandbox;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.WorkObserver;
import dev.wasmsandbox.observe.WorkRecorder;
import dev.wasmsandbox.pool.InstancePool;

/**
 * Which version of a module is in service; shared by all handles of the module. There is
 * always one, the switch to the next is a single write, and a version that was replaced
 * gives no further leases. Thread-safe.
 */
final class ModuleVersions {

	/** What the module was loaded with; its source is where a reload looks. */
	private final ModuleDefinition definition;

	private final VersionedPool pool;

	private final List<Tunable> tunables;

	private final AtomicBoolean reloading = new AtomicBoolean();

	private volatile ModuleVersion current;

	private volatile boolean closed;

	ModuleVersions(ModuleDefinition definition, ModuleVersion first) {
		this.definition = definition;
		this.current = first;
		this.pool = new VersionedPool(this);
		this.tunables = ModuleTunables.of(this);
	}

	ModuleDefinition definition() {
		return this.definition;
	}

	/** The version in service. */
	ModuleVersion current() {
		return this.current;
	}

	/** Who is told of the work of all versions. */
	WorkRecorder work() {
		return this.current.work();
	}

	/** What may be changed while the module is in use. */
	List<Tunable> tunables() {
		return this.tunables;
	}

	/** The pool, whichever version is in service. */
	VersionedPool pool() {
		return this.pool;
	}

	/**
	 * What a caller does whose lease was refused because the pool is closed: the version
	 * that is in service instead.
	 * @param refused the version that refused
	 * @param refusal what it said; thrown if that version is still the one in service, so
	 * that the module was unloaded
	 */
	ModuleVersion insteadOf(ModuleVersion refused, IllegalStateException refusal) {
		ModuleVersion instead = this.current;
		if (instead.number() == refused.number()) {
			throw refusal;
		}
		return instead;
	}

	/**
	 * Checks that the module is loaded.
	 * @throws IllegalStateException if it was unloaded
	 */
	void requireOpen() {
		if (this.closed) {
			throw new IllegalStateException("The module '" + this.definition.name() + "' was unloaded");
		}
	}

	/**
	 * Begins a reload; tell {@link #endReload} afterwards.
	 * @throws SandboxBusyException if another one is under way
	 */
	void beginReload() {
		if (!this.reloading.compareAndSet(false, true)) {
			throw new SandboxBusyException(this.definition.name(), null,
					"it is being reloaded already; reload it again when that has ended, if it should be newer still",
					null);
		}
	}

	void endReload() {
		this.reloading.set(false);
	}

	/**
	 * Puts another version into service, with what was set for the pool at run time, and
	 * closes the former one: calls and sessions that run end there.
	 * @param observer is told of its exports
	 * @throws IllegalStateException if the module was unloaded meanwhile; the version is
	 * closed then
	 */
	void replace(ModuleVersion next, WorkObserver observer) {
		boolean replaced = false;
		try {
			synchronized (this) {
				requireOpen();
				this.pool.prepare(next.pool());
				InstancePool former = this.current.pool();
				this.current = next;
				// Under the monitor, so that nothing is told of an unloaded module.
				observer.module(this.definition.name(), ModuleLoader.exports(next.info().report()));
				replaced = true;
				former.close();
				this.pool.retire(former);
			}
		}
		finally {
			if (!replaced) {
				next.pool().close();
			}
		}
	}

	/** Takes the module out of service; false if it was before. */
	synchronized boolean close() {
		if (this.closed) {
			return false;
		}
		this.closed = true;
		this.current.pool().close();
		return true;
	}

}
