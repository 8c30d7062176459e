package dev.wasmsandbox.metrics.rules;

import java.util.List;
import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.OutcomeCounts;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.observe.Outcome;

/**
 * More calls trap in the second half of the window than in the first, beyond chance: by
 * three standard deviations of the difference of two Poisson counts, taken for the same
 * number of calls.
 */
final class TrapsRisingRule extends ModuleRule {

	/** By chance once in some 700 windows. */
	private static final double DEVIATIONS = 3;

	/** Fewer are no Poisson count that looks Gaussian. */
	private static final long ENOUGH = 10;

	TrapsRisingRule() {
		super("traps-rising");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		List<OutcomeCounts> slices = module.slices();
		int half = slices.size() / 2;
		OutcomeCounts first = sum(slices.subList(0, half));
		OutcomeCounts second = sum(slices.subList(half, slices.size()));
		long before = first.count(Outcome.TRAP);
		long now = second.count(Outcome.TRAP);
		if (now < ENOUGH || first.total() < ENOUGH_CALLS || second.total() < ENOUGH_CALLS) {
			return Stream.empty();
		}
		double share = (double) second.total() / first.total();
		double expected = before * share;
		if (now - expected < DEVIATIONS * Math.sqrt(now + before * share * share) || now < 2 * expected) {
			return Stream.empty();
		}
		return advise(module)
			.found(Severity.WARNING,
					"Traps rise: " + now + " of " + second.total() + " calls, " + before + " of " + first.total()
							+ " before")
			.evidence("calls.trap", (double) now, "calls")
			.evidence("calls.trap.before", (double) before, "calls")
			.evidence("calls", (double) second.total(), "calls")
			.otherwise("the module or its input has changed",
					"the former version of the module, or a look at the input")
			.expect("A sandbox is discarded after each trap and made anew, which slows other calls too");
	}

	private static OutcomeCounts sum(List<OutcomeCounts> slices) {
		return slices.stream().reduce(OutcomeCounts.none(), OutcomeCounts::plus);
	}

}
