package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;

/**
 * Sandboxes take longer to make than the target, and each runs a start function whose
 * outcome a snapshot would keep.
 */
final class WarmUpRule extends ModuleRule {

	/** The first ones run code that the JVM has not compiled yet. */
	private static final long ENOUGH = 5;

	WarmUpRule() {
		super("warm-up-missing");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		double mean = module.coldStarts().mean();
		boolean slow = module.coldStarts().samples() >= ENOUGH && mean > situation.targets().coldStart().toNanos();
		if (!slow || !module.info().report().hasStart() || module.info().snapshot() != SnapshotPoint.NONE) {
			return Stream.empty();
		}
		return advise(module)
			.found(Severity.WARNING,
					"Making a sandbox takes " + Amounts.time(mean) + ", and each runs the module's start function")
			.evidence("cold-start.mean", mean, "ns")
			.evidence("cold-starts", (double) module.coldStarts().samples(), "sandboxes")
			.change("snapshot", "none", "after-start")
			.expect("The start function runs once; new sandboxes begin with its outcome, in microseconds. It is refused if "
					+ "the start function looks at a clock, random numbers or anything else that must differ");
	}

}
