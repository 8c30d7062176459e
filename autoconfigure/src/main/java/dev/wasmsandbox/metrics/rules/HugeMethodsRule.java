package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;

/**
 * A module that is called has functions which HotSpot never compiles, because their
 * bytecode is longer than 8,000 bytes ({@code HugeMethodLimit}).
 */
final class HugeMethodsRule extends ModuleRule {

	HugeMethodsRule() {
		super("huge-methods");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		int huge = module.info().hugeMethods();
		if (huge == 0 || !situation.hugeMethodsInterpreted() || module.work().calls().all().total() < ENOUGH_CALLS) {
			return Stream.empty();
		}
		return advise(module)
			.found(Severity.INFO,
					((huge == 1) ? "One method made of the module's functions is"
							: huge + " methods made of the module's functions are")
							+ " so long that HotSpot never compiles them")
			.evidence("code.huge-methods", huge, "methods")
			.evidence("code.bytes", (double) module.info().codeBytes(), "bytes")
			.otherwise("-XX:+DontCompileHugeMethods, the JVM's default", "-XX:-DontCompileHugeMethods")
			.expect("Where calls spend time in these functions they get several times faster; compiling them takes the JVM longer");
	}

}
