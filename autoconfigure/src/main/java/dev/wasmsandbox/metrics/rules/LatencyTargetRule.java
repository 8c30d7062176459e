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
		double queued = Math.min(waiting,
				module.pool().meanPending() * module.seconds() * 1e9 / module.calls().samples());
		double processor = Math.min(module.processorShare(), mostOfProcessors(module, situation));
		return advise(module)
			.found(Severity.WARNING,
					"A call takes " + Amounts.time(mean) + " on average, the target is " + Amounts.time(target))
			.evidence("calls.mean", mean, "ns")
			.evidence("calls.p99", (double) module.calls().p99(), "ns")
			.evidence("acquire.mean", waiting, "ns")
			.evidence("pool.pending.mean", module.pool().meanPending(), "callers")
			.evidence("calls.processor-share", processor, "ratio")
			.otherwise(where(mean, waiting, queued, processor), what(module, waiting, queued, processor))
			.expect("The largest part of the time goes there");
	}

	/**
	 * The calls of a module had no more than all processors that were busy: where threads
	 * cannot be asked, as virtual ones, that is all that is known.
	 */
	private static double mostOfProcessors(ModuleWindow module, Situation situation) {
		double busy = Math.max(1, module.work().calls().busyNanos());
		return situation.summary().processors() * module.seconds() * 1e9 / busy;
	}

	private static String where(double mean, double waiting, double queued, double processor) {
		if (waiting > mean / 2) {
			return (queued > waiting / 2) ? "most of it is waiting for a sandbox"
					: "most of it is making a sandbox ready: its start function, or a new one";
		}
		return (processor < 0.5) ? "most of it the thread is on no processor: in host functions, or because others are"
				: "most of it the guest computes";
	}

	private static String what(ModuleWindow module, double waiting, double queued, double processor) {
		if (waiting > module.calls().mean() / 2) {
			return (queued > waiting / 2) ? "a larger pool or fewer callers at a time"
					: ColdStartRule.runsStartFunction(module)
							? "the state after its start function: snapshot=after-start"
							: "idle sandboxes: pool.min-idle";
		}
		return (processor < 0.5) ? "fewer threads at a time, and host functions that do not wait"
				: "less work in a call, or a target that suits it: wasm.targets.call";
	}

}
