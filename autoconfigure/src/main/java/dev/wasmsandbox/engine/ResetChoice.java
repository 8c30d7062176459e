package dev.wasmsandbox.engine;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.memory.MemorySlab;
import dev.wasmsandbox.memory.ResetCalibration;
import dev.wasmsandbox.memory.ResetStrategy;

/**
 * How one module's memory is restored: the safe way at first, the cheapest one after its
 * first hundred calls, by what the last of them wrote. Thread-safe.
 */
final class ResetChoice {

	/** Calls before the cheapest way is looked for. */
	private static final int CALLS_BEFORE_CALIBRATION = 100;

	/** As many of them, the last ones, are asked what they wrote. */
	private static final int CALLS_OBSERVED = 5;

	private final MemorySlab slab;

	private final AtomicInteger resets = new AtomicInteger();

	private final List<long[]> writes = new CopyOnWriteArrayList<>();

	private volatile ResetStrategy strategy = ResetStrategy.safe();

	/** Whether somebody else chose. Guarded by this. */
	private boolean fixed;

	/** Guarded by this. */
	private Map<ResetStrategy, Long> costs = Map.of();

	ResetChoice(MemorySlab slab) {
		this.slab = slab;
	}

	/** Restores a memory; negative if it must not be used again. */
	long restore(LinearMemory memory, SandboxNotes notes) {
		int before = this.resets.get();
		if (before < CALLS_BEFORE_CALIBRATION && this.resets.compareAndSet(before, before + 1)) {
			observe(memory, CALLS_BEFORE_CALIBRATION - before);
		}
		ResetStrategy chosen = this.strategy;
		long written = memory.close(chosen);
		if (written >= 0) {
			notes.reset(chosen, written);
		}
		return written;
	}

	/** Looks what the last calls before the calibration wrote, and begins it. */
	private void observe(LinearMemory memory, int left) {
		if (left > CALLS_OBSERVED) {
			return;
		}
		long[] written = memory.written();
		this.writes.add(written);
		if (left == 1) {
			this.slab.expectWrites(this.writes);
			Thread.ofPlatform().name("wasm-calibration").daemon().start(() -> calibrate(written));
		}
	}

	private void calibrate(long[] written) {
		try {
			choose(ResetCalibration.measure(this.slab, written));
		}
		catch (SandboxLimitException | IllegalStateException _) {
			// No room for a slot to try on, or unloaded meanwhile: the safe one stays.
		}
	}

	private synchronized void choose(ResetCalibration.Result result) {
		this.costs = result.nanos();
		if (!this.fixed) {
			this.strategy = result.best();
		}
	}

	/**
	 * What each way took when they were tried, in nanoseconds; empty until then.
	 */
	synchronized Map<ResetStrategy, Long> costs() {
		return this.costs;
	}

	/** Takes one way from now on; the others are tried all the same, to know better. */
	synchronized void prefer(ResetStrategy one) {
		this.fixed = true;
		this.strategy = one;
	}

	/** Fixes it, whatever it costs. */
	void useOnly(ResetStrategy only) {
		this.resets.set(CALLS_BEFORE_CALIBRATION);
		prefer(only);
	}

	ResetStrategy strategy() {
		return this.strategy;
	}

}
