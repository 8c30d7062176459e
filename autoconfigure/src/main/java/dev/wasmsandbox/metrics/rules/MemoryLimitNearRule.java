package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.observe.Outcome;

/** Guests come close to the memory they are allowed, or would have needed more. */
final class MemoryLimitNearRule extends ModuleRule {

	private static final double NEAR = 0.9;

	MemoryLimitNearRule() {
		super("memory-limit-near");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		long limit = module.info().limits().memoryBytes();
		long peak = module.peakMemory();
		long refused = module.work().calls().all().count(Outcome.LIMIT);
		long highest = (long) SandboxLimits.MAX_PAGES * SandboxLimits.PAGE_BYTES;
		// A module that starts with nearly all it may have, and stays there, needs no
		// more.
		if (peak < NEAR * limit || peak <= initial(module) || limit >= highest) {
			return Stream.empty();
		}
		return advise(module)
			.found((refused > 0) ? Severity.CRITICAL : Severity.WARNING,
					"A sandbox grew to " + percent((double) peak / limit) + " of the memory it may have")
			.evidence("memory.peak", (double) peak, "bytes")
			.evidence("calls.limit", (double) refused, "calls")
			.change("limits.memory", size(limit), size(Math.min(highest, 2 * limit)))
			.expect("Guests that need more than now get it; only what they touch takes memory");
	}

	private static long initial(ModuleWindow module) {
		var memory = module.info().report().memory();
		return (memory != null) ? memory.initialPages() * SandboxLimits.PAGE_BYTES : 0;
	}

}
