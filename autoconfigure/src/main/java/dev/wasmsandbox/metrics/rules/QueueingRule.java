package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.PoolWindow;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.observe.Outcome;

/**
 * Callers wait and the processors are busy: more sandboxes would only have guests wait
 * for processors instead.
 */
final class QueueingRule extends ModuleRule {

	/** With fewer waiting on average nobody notices. */
	private static final double WAITING = 1;

	/** Of the processors; above it, queues grow without bounds (M/M/c). */
	private static final double SATURATED = 0.85;

	QueueingRule() {
		super("queueing");
	}

	static boolean waits(PoolWindow pool, long busy, double waiting) {
		return pool.looks() >= ENOUGH_LOOKS && pool.maxLeased() >= pool.now().maxSize()
				&& pool.meanLeased() >= 0.8 * pool.now().maxSize() && (pool.meanPending() >= waiting || busy > 0);
	}

	static boolean saturated(Situation situation) {
		return situation.summary().processors() >= SATURATED * situation.processors();
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		PoolWindow pool = module.pool();
		long busy = module.work().calls().all().count(Outcome.BUSY);
		if (!waits(pool, busy, WAITING) || !saturated(situation)) {
			return Stream.empty();
		}
		long wait = module.info().pool().maxWait().toNanos();
		long shorter = Math.max(module.calls().p50() * 4, 1_000_000);
		Advice advice = advise(module)
			.found(Severity.WARNING, "Callers wait for a sandbox, and the processors are busy with guests")
			.evidence("pool.pending.mean", pool.meanPending(), "callers")
			.evidence("acquire.p95", (double) module.acquisitions().p95(), "ns")
			.evidence("processors.busy", situation.summary().processors(), "processors");
		if (shorter < wait) {
			advice.change("pool.max-wait", time((double) wait), time((double) shorter));
		}
		else {
			advice.otherwise(situation.processors() + " processors", "more processors, or fewer calls");
		}
		return advice.expect("Calls beyond what the processors can do are refused early instead of waiting; a larger "
				+ "pool would not help");
	}

}
