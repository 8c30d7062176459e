package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;

/** A guest gone wrong could take many times the memory that it ever needed. */
final class MemoryLimitGenerousRule extends ModuleRule {

	/** Rare inputs need the most: with fewer calls they may not have come. */
	private static final long ENOUGH = 1_000;

	/** So that a suggestion, four times the peak in a power of two, is half at most. */
	private static final int TIMES = 16;

	/** Limits below are never called generous. */
	private static final long SMALL = 16L << 20;

	MemoryLimitGenerousRule() {
		super("memory-limit-generous");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		long limit = module.info().limits().memoryBytes();
		long peak = module.peakMemory();
		long wanted = Math.max(SMALL, Long.highestOneBit(Math.max(1, 4 * peak - 1)) * 2);
		if (module.work().calls().all().total() < ENOUGH || peak == 0 || limit < TIMES * peak || wanted >= limit) {
			return Stream.empty();
		}
		return advise(module)
			.found(Severity.INFO,
					"No sandbox had more than " + Amounts.size((double) peak) + ", but each may have "
							+ Amounts.size((double) limit))
			.evidence("memory.peak", (double) peak, "bytes")
			.evidence("calls", (double) module.work().calls().all().total(), "calls")
			.change("limits.memory", Amounts.property(limit), Amounts.property(wanted))
			.expect("A guest gone wrong is stopped earlier; address space is reserved for less");
	}

}
