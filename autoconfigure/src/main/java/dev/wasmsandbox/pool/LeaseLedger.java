package dev.wasmsandbox.pool;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.engine.Sandbox;
import dev.wasmsandbox.engine.SandboxNotes;
import dev.wasmsandbox.memory.ResetStrategy;

/**
 * The book of a pool's sandboxes: all that exist, and the figures of those that are gone.
 * It is written when a sandbox is made or given up and read when somebody must wait, so
 * leases of idle sandboxes never meet its lock. Thread-safe.
 */
final class LeaseLedger {

	private final Set<Sandbox> sandboxes = new HashSet<>();

	/** Those that exist and those about to be made. */
	private final AtomicInteger live = new AtomicInteger();

	/** What the sandboxes that are gone did. */
	private final SandboxNotes past = new SandboxNotes();

	/** Threads that wait for a sandbox while they hold one. */
	private final Set<Thread> nested = new HashSet<>();

	private long created;

	private long discarded;

	/** How many sandboxes exist or are about to be made. */
	int live() {
		return this.live.get();
	}

	/**
	 * Announces a sandbox that will be made whatever the bounds: a caller has a permit.
	 */
	void announce() {
		this.live.incrementAndGet();
	}

	/** Announces a sandbox if there is room for it. */
	boolean announceWithin(int bound) {
		int before = this.live.get();
		while (before < bound) {
			if (this.live.compareAndSet(before, before + 1)) {
				return true;
			}
			before = this.live.get();
		}
		return false;
	}

	/** Takes an announcement back: making the sandbox failed. */
	void notMade() {
		this.live.decrementAndGet();
	}

	synchronized void made(Sandbox sandbox) {
		this.sandboxes.add(sandbox);
		this.created++;
	}

	synchronized void gone(Sandbox sandbox) {
		if (this.sandboxes.remove(sandbox)) {
			this.past.add(sandbox.notes());
			this.discarded++;
			this.live.decrementAndGet();
		}
	}

	/**
	 * Asks whether a thread may wait for a sandbox. It may not where its own leases, and
	 * those of threads that wait in the same way, are all there can be: none of them
	 * would ever end. The threads that wait are noted, and always before the next one
	 * asks, so of several that would wait for each other the last is refused and the
	 * others get what it gives back. A permit that is taken, but not yet a lease, counts
	 * for nobody, so it never makes waiting look hopeless.
	 * @return whether it may; tell {@link #waited} afterwards
	 */
	synchronized boolean mayWait(Thread caller, int permits) {
		int own = 0;
		int blocked = 0;
		for (Sandbox sandbox : this.sandboxes) {
			Thread owner = sandbox.owner();
			if (owner == caller) {
				own++;
			}
			else if (owner != null && this.nested.contains(owner)) {
				blocked++;
			}
		}
		if (own == 0) {
			return true;
		}
		return own + blocked < permits && this.nested.add(caller);
	}

	synchronized void waited(Thread caller) {
		this.nested.remove(caller);
	}

	/** Those that somebody holds now. */
	synchronized List<Sandbox> leased() {
		return this.sandboxes.stream().filter((sandbox) -> sandbox.owner() != null).toList();
	}

	synchronized long created() {
		return this.created;
	}

	synchronized long discarded() {
		return this.discarded;
	}

	synchronized PoolStatistics.Resets resets(ResetStrategy inForce) {
		SandboxNotes sum = new SandboxNotes();
		sum.add(this.past);
		this.sandboxes.forEach((sandbox) -> sum.add(sandbox.notes()));
		Map<ResetStrategy, Long> counts = new EnumMap<>(ResetStrategy.class);
		for (ResetStrategy strategy : ResetStrategy.values()) {
			counts.put(strategy, sum.resets(strategy));
		}
		return new PoolStatistics.Resets(inForce, counts, sum.writtenBytes());
	}

}
