package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;

/** Calls take longer than the target, and where the time goes. */
final class LatencyTargetRule extends ModuleRule {

	LatencyTargetRule() {
		super("latency-target-missed");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		double target = situation.targets().call().toNanos();
		double mean = module.calls().mean();
		if (module.calls().samples() < ENOUGH_CALLS || mean <= target) {
			return Stream.empty();
		}
		double waiting = module.acquisitions().mean();
		double processor = module.processorShare();
		return advise(module)
			.found(Severity.WARNING,
					"A call takes " + Amounts.time(mean) + " on average, the target is " + Amounts.time(target))
			.evidence("calls.mean", mean, "ns")
			.evidence("calls.p99", (double) module.calls().p99(), "ns")
			.evidence("acquire.mean", waiting, "ns")
			.evidence("calls.processor-share", processor, "ratio")
			.otherwise(where(mean, waiting, processor), what(mean, waiting, processor))
			.expect("The largest part of the time goes there");
	}

	private static String where(double mean, double waiting, double processor) {
		if (waiting > mean / 2) {
			return "most of it is waiting for a sandbox";
		}
		return (processor < 0.5) ? "most of it the thread is on no processor: in host functions, or because others are"
				: "most of it the guest computes";
	}

	private static String what(double mean, double waiting, double processor) {
		if (waiting > mean / 2) {
			return "a larger pool or fewer callers at a time";
		}
		return (processor < 0.5) ? "fewer threads at a time, and host functions that do not wait"
				: "less work in a call, or a target that suits it: wasm.targets.call";
	}

}
