package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;

/** Calls copy so much in that mapping it would be cheaper. */
final class LargeCopiesRule extends ModuleRule {

	/** Mapping costs some microseconds and faults in what is read: from here it pays. */
	private static final long LARGE = 4L << 20;

	/** Calls with so much data are few. */
	private static final long ENOUGH = 10;

	LargeCopiesRule() {
		super("large-copies");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		long calls = module.work().calls().all().total();
		long bytes = module.work().bytesIn();
		if (calls < ENOUGH || bytes < LARGE * calls) {
			return Stream.empty();
		}
		return advise(module)
			.found(Severity.INFO, "Each call copies " + Amounts.size((double) bytes / calls) + " into the guest")
			.evidence("data.in", (double) bytes, "bytes")
			.evidence("calls", (double) calls, "calls")
			.otherwise("bytes are copied into the guest",
					"a ZeroCopyBuffer that is mapped, where guests read only a part of it, or several read the same")
			.expect("What is not read is not copied, and what is shared is in memory once");
	}

}
