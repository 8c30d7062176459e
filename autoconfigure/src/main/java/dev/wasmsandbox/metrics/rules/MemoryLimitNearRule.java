package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.screen.MemoryType;

/**
 * Guests come close to the memory they are allowed, or would have needed more. It says
 * nothing of a module that starts with so much, and stays there, or that does not want
 * more by its own declaration.
 */
final class MemoryLimitNearRule extends ModuleRule {

	/** Allocators grow by an eighth and more at a time: the next step does not fit. */
	private static final double NEAR = 0.9;

	/** In whole megabytes; limits can be set a little higher. */
	private static final long HIGHEST = 2047L << 20;

	MemoryLimitNearRule() {
		super("memory-limit-near");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		MemoryType memory = module.info().report().memory();
		if (memory == null) {
			return Stream.empty();
		}
		long limit = bytes(module.info().limits().memoryPages());
		long peak = module.peakMemory();
		long most = Math.min(HIGHEST, bytes(memory.maximumPages()));
		if (peak < NEAR * limit || peak <= bytes(memory.initialPages()) || limit >= most) {
			return Stream.empty();
		}
		long refused = module.work().calls().all().count(Outcome.LIMIT);
		return advise(module)
			.found((refused > 0) ? Severity.CRITICAL : Severity.WARNING,
					"A sandbox grew to " + Amounts.percent((double) peak / limit) + " of the memory it may have")
			.evidence("memory.peak", (double) peak, "bytes")
			.evidence("memory.limit", (double) limit, "bytes")
			.evidence("calls.limit", (double) refused, "calls")
			.change("limits.memory", Amounts.property(module.info().limits().memoryBytes()),
					Amounts.property(Math.min(most, 2 * limit)))
			.expect("Guests that need more than now get it; only what they touch takes memory");
	}

	private static long bytes(long pages) {
		return pages * SandboxLimits.PAGE_BYTES;
	}

}
