package dev.wasmsandbox.metrics.rules;

import java.time.Duration;
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

	/**
	 * Of the processors. Waiting grows as 1 / (1 - load) (M/M/c): beyond here a little
	 * more load makes it several times longer.
	 */
	private static final double SATURATED = 0.85;

	/** Who would wait for more calls than so many to end is refused. */
	private static final long CALLS_AHEAD = 4;

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
		Duration wait = module.info().pool().maxWait();
		// The time of a call has the waiting in it.
		long runs = Math.max(0, module.calls().p50() - module.acquisitions().p50());
		Duration shorter = Duration.ofMillis(Math.max(1, CALLS_AHEAD * runs / 1_000_000));
		Advice advice = advise(module)
			.found(Severity.WARNING, "Callers wait for a sandbox, and the processors are busy with guests")
			.evidence("pool.pending.mean", pool.meanPending(), "callers")
			.evidence("acquire.p95", (double) module.acquisitions().p95(), "ns")
			.evidence("processors.busy", situation.summary().processors(), "processors");
		if (shorter.compareTo(wait) < 0) {
			advice.change("pool.max-wait", Amounts.property(wait), Amounts.property(shorter));
		}
		else {
			advice.otherwise(situation.processors() + " processors", "more processors, or fewer calls");
		}
		return advice.expect("Calls beyond what the processors can do are refused early instead of waiting; a larger "
				+ "pool would not help");
	}

}
