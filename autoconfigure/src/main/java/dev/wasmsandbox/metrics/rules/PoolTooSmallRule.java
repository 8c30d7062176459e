package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.PoolWindow;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.observe.Outcome;

/**
 * Callers wait because all sandboxes are in use, while processors have time: more
 * sandboxes would be used at once.
 */
final class PoolTooSmallRule extends ModuleRule {

	/** With less than this waiting on average, it was a burst. */
	private static final double WAITING = 0.5;

	PoolTooSmallRule() {
		super("pool-too-small");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		PoolWindow pool = module.pool();
		long busy = module.work().calls().all().count(Outcome.BUSY);
		if (!QueueingRule.waits(pool, busy, WAITING) || QueueingRule.saturated(situation)) {
			return Stream.empty();
		}
		int size = pool.now().maxSize();
		int wanted = Math.max(size + 1, Math.min(4 * size, (int) Math.ceil(pool.meanLeased() + pool.maxPending())));
		return advise(module)
			.found((busy > 0) ? Severity.CRITICAL : Severity.WARNING,
					"Callers wait for a sandbox because " + ((size == 1) ? "the only one is" : "all " + size + " are")
							+ " in use, while processors have time")
			.evidence("pool.leased.mean", pool.meanLeased(), "sandboxes")
			.evidence("pool.pending.mean", pool.meanPending(), "callers")
			.evidence("calls.busy", (double) busy, "calls")
			.evidence("processors.busy", situation.summary().processors(), "processors")
			.change("pool.max-size", Integer.toString(size), Integer.toString(wanted))
			.expect("Callers no longer wait for each other; each further sandbox takes what its guest touches");
	}

}
