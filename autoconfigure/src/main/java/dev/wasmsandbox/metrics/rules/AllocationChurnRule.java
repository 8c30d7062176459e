package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.metrics.WorkCounts;

/** The host allocates many small blocks for each call. */
final class AllocationChurnRule extends ModuleRule {

	/**
	 * A call of a guest's allocator takes a fraction of a microsecond: these take some.
	 */
	private static final double BLOCKS_PER_CALL = 100;

	AllocationChurnRule() {
		super("allocation-churn");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		long calls = module.work().calls().all().total();
		long blocks = module.work().blocks();
		if (blocks < ENOUGH_CALLS * BLOCKS_PER_CALL || blocks < BLOCKS_PER_CALL * Math.max(1, calls)) {
			return Stream.empty();
		}
		return advise(module)
			.found(Severity.INFO,
					"The host allocates " + Math.round((double) blocks / Math.max(1, calls))
							+ " blocks in the guest for each call")
			.evidence("allocations", (double) blocks, "blocks")
			.evidence("allocation.bytes.mean", (double) module.work().blockBytes() / blocks, "bytes")
			.evidence("calls", (double) calls, "calls")
			.otherwise("a block for each value", "one block for many values, or an allocation scope")
			.expect("Fewer calls of the guest's allocator" + each(module.work()));
	}

	private static String each(WorkCounts work) {
		return (work.blocksTimed() > 0) ? ", which take " + Amounts.time(work.blockMeanNanos()) + " each" : "";
	}

}
