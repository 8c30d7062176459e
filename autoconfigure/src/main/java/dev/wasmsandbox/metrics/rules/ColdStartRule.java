package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;

/**
 * Too many callers wait for a sandbox to be made. Those made in the background keep
 * nobody waiting and do not count.
 */
final class ColdStartRule extends ModuleRule {

	/** So many a busy pool makes when it begins. */
	private static final long ENOUGH = 10;

	/** Of the leases: rarer ones are in the last percentiles only. */
	private static final double SHARE = 0.1;

	/** Of the calls' time: what takes less is not worth the memory of idle ones. */
	private static final double COST = 0.01;

	ColdStartRule() {
		super("cold-starts");
	}

	/** Whether a sandbox that was made ahead leaves the start function to its lease. */
	static boolean runsStartFunction(ModuleWindow module) {
		return module.info().report().hasStart() && module.info().snapshot() == SnapshotPoint.NONE;
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		long leases = module.work().calls().clean().total() + module.sessions().samples();
		long made = module.work().coldStartsAwaited();
		long nanos = module.work().awaitedNanos();
		int kept = module.info().pool().minIdle();
		int most = module.pool().now().maxSize();
		int wanted = Math.min(most, Math.max(kept + 1, 2 * module.pool().maxLeased()));
		boolean many = leases >= ENOUGH_CALLS && made >= ENOUGH && made >= SHARE * leases;
		if (!many || wanted <= kept || nanos < COST * module.work().calls().busyNanos()) {
			return Stream.empty();
		}
		double mean = (double) nanos / made;
		Advice advice = advise(module)
			.found(Severity.WARNING,
					Amounts.percent((double) made / leases) + " of the leases had to wait for a new sandbox")
			.evidence("cold-starts", (double) made, "sandboxes")
			.evidence("leases", (double) leases, "leases")
			.evidence("cold-start.mean", mean, "ns");
		if (runsStartFunction(module)) {
			return advice.change("snapshot", "none", "after-start")
				.expect("The start function, which each lease runs now, runs once for all; one that reads clocks, random "
						+ "numbers or the host is refused");
		}
		return advice.change("pool.min-idle", Integer.toString(kept), Integer.toString(wanted))
			.expect("Sandboxes are made in the background; calls that now wait get faster by " + Amounts.time(mean)
					+ " each");
	}

}
