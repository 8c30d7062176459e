package dev.wasmsandbox.metrics.rules;

import java.time.Duration;
import java.util.stream.Stream;

import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.PoolWindow;
import dev.wasmsandbox.metrics.Situation;

/**
 * Idle sandboxes that nobody needs hold memory: those that are kept by
 * {@code pool.min-idle}, or those that are left of a burst.
 */
final class PoolTooLargeRule extends ModuleRule {

	/** What is not worth a change. */
	private static final long NOTICEABLE = 16L << 20;

	/** Twice what is needed is a reserve for the next burst. */
	private static final int RESERVE = 3;

	/**
	 * What is idle for a quarter of keep-alive is seldom needed later. No more than the
	 * window is suggested: that it would have helped was seen.
	 */
	private static final int SHORTER = 4;

	PoolTooLargeRule() {
		super("pool-too-large");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		PoolWindow pool = module.pool();
		int needed = Math.max(1, pool.maxLeased());
		if (pool.looks() < ENOUGH_LOOKS || pool.minIdle() <= RESERVE * needed
				|| module.memory().residentIdle() < NOTICEABLE) {
			return Stream.empty();
		}
		PoolSettings settings = module.info().pool();
		int kept = settings.minIdle();
		// Which of them the most of the idle ones are there for.
		if (kept - needed >= pool.minIdle() - kept) {
			return found(module).change("pool.min-idle", Integer.toString(kept), Integer.toString(needed))
				.expect(saved(module, kept - needed));
		}
		Duration quarter = settings.keepAlive().dividedBy(SHORTER);
		Duration shorter = (quarter.compareTo(module.length()) > 0) ? module.length() : quarter;
		if (shorter.isZero() || shorter.compareTo(settings.keepAlive()) >= 0) {
			return Stream.empty();
		}
		return found(module)
			.change("pool.keep-alive", Amounts.property(settings.keepAlive()), Amounts.property(shorter))
			.expect(saved(module, pool.minIdle() - Math.max(kept, needed)));
	}

	private Advice found(ModuleWindow module) {
		PoolWindow pool = module.pool();
		return advise(module)
			.found(Severity.INFO,
					"At least " + pool.minIdle() + " sandboxes were idle all the time, and at most " + pool.maxLeased()
							+ " in use")
			.evidence("pool.idle.min", pool.minIdle(), "sandboxes")
			.evidence("pool.leased.max", pool.maxLeased(), "sandboxes")
			.evidence("memory.resident.idle", (double) module.memory().residentIdle(), "bytes");
	}

	private static String saved(ModuleWindow module, int fewer) {
		double part = Math.min(1, (double) fewer / Math.max(1, module.pool().now().idle()));
		return "About " + Amounts.size(part * module.memory().residentIdle())
				+ " of memory less; calls cost the same, as long as no burst comes";
	}

}
