package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.PoolWindow;
import dev.wasmsandbox.metrics.Situation;

/** Idle sandboxes that nobody needs hold memory. */
final class PoolTooLargeRule extends ModuleRule {

	/** What is not worth a change. */
	private static final long NOTICEABLE = 16L << 20;

	PoolTooLargeRule() {
		super("pool-too-large");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		PoolWindow pool = module.pool();
		long resident = module.memory().residentIdle();
		boolean unused = pool.looks() >= ENOUGH_LOOKS && pool.minIdle() > 3 * Math.max(1, pool.maxLeased());
		if (!unused || resident < NOTICEABLE) {
			return Stream.empty();
		}
		int kept = module.info().pool().minIdle();
		int needed = Math.max(1, pool.maxLeased());
		Advice advice = advise(module)
			.found(Severity.INFO,
					"At least " + pool.minIdle() + " sandboxes were idle all the time, and at most " + pool.maxLeased()
							+ " in use")
			.evidence("pool.idle.min", pool.minIdle(), "sandboxes")
			.evidence("pool.leased.max", pool.maxLeased(), "sandboxes")
			.evidence("memory.resident.idle", (double) resident, "bytes");
		if (kept > needed) {
			advice.change("pool.min-idle", Integer.toString(kept), Integer.toString(needed));
		}
		else {
			double keepAlive = module.info().pool().keepAlive().toNanos();
			advice.change("pool.keep-alive", time(keepAlive), time(keepAlive / 4));
		}
		return advice.expect("About " + size(resident - resident * needed / Math.max(1, pool.now().idle()))
				+ " of memory less; calls cost the same");
	}

}
