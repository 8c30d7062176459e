package dev.wasmsandbox.metrics.rules;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

import dev.wasmsandbox.metrics.CallCounts;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.observe.Outcome;

/**
 * Nearly all calls that run out of time are calls of one function, of several that are
 * called.
 */
final class ClusteredTimeoutsRule extends ModuleRule {

	/** Fewer meet the same function by chance. */
	private static final long ENOUGH = 5;

	/** Of all, so that the few of other functions are no reason to look there. */
	private static final double CLUSTERED = 0.8;

	ClusteredTimeoutsRule() {
		super("timeouts-clustered");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		long all = module.work().calls().all().count(Outcome.TIMEOUT);
		if (all < ENOUGH || module.functions().size() < 2) {
			return Stream.empty();
		}
		return module.functions()
			.entrySet()
			.stream()
			.filter((entry) -> module.info().report().exportedFunction(entry.getKey()).isPresent())
			.max(Comparator.comparingLong((entry) -> timeouts(entry.getValue())))
			.filter((entry) -> timeouts(entry.getValue()) >= CLUSTERED * all)
			.stream()
			.flatMap((entry) -> advise(module, entry, all));
	}

	private static long timeouts(CallCounts counts) {
		return counts.all().count(Outcome.TIMEOUT);
	}

	private Stream<PerformanceRecommendation> advise(ModuleWindow module, Map.Entry<String, CallCounts> worst,
			long all) {
		Duration limit = module.info().limits().callTimeout();
		long succeeded = worst.getValue().all().count(Outcome.SUCCESS);
		long late = timeouts(worst.getValue());
		Advice advice = advise(module)
			.found(Severity.WARNING,
					late + " of " + all + " calls that ran out of time are calls of '" + worst.getKey() + "'")
			.evidence("function.calls.timeout", (double) late, "calls")
			.evidence("function.calls.success", (double) succeeded, "calls")
			.evidence("calls.timeout", (double) all, "calls");
		if (succeeded > late) {
			return advice
				.change("limits.call-timeout", Amounts.property(limit), Amounts.property(limit.multipliedBy(2)))
				.expect("Most of its calls end in time, the others may too with more of it; if not, its input needs a bound");
		}
		return advice
			.otherwise("'" + worst.getKey() + "' does not end within " + Amounts.property(limit),
					"a bound on its input, or on its work in the guest")
			.expect("Sandboxes and processors are free for the other functions");
	}

}
