package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;

/** Calls write so much that restoring it takes a noticeable time. */
final class MuchWrittenRule extends ModuleRule {

	/** 256 pages, each of which faults when it is written and is restored by itself. */
	private static final long MUCH = 1L << 20;

	MuchWrittenRule() {
		super("much-written");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		long written = module.pool().writtenBytesPerReset();
		if (module.pool().writtenResets() < ENOUGH_CALLS || written < MUCH) {
			return Stream.empty();
		}
		return advise(module)
			.found(Severity.INFO,
					"A call or session writes " + Amounts.size((double) written)
							+ " of memory, which is restored after it")
			.evidence("pool.written-per-reset", (double) written, "bytes")
			.evidence("pool.resets", (double) module.pool().writtenResets(), "resets")
			.otherwise("a clean sandbox for each call",
					"a session for calls that may share state, or input that is mapped instead of copied")
			.expect("The reset after each call, which copies as much again, is done once for a session");
	}

}
