package dev.wasmsandbox.metrics.rules;

import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;

/** Sessions are open for long, or never closed, and keep sandboxes from others. */
final class SessionsHeldLongRule extends ModuleRule {

	/** No caller waits for so long, pool.max-wait is one second unless set. */
	private static final double LONG_NANOS = 10e9;

	/** So that the 95th percentile is not one session. */
	private static final long ENOUGH = 5;

	SessionsHeldLongRule() {
		super("sessions-held-long");
	}

	@Override
	Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation) {
		long leaks = module.pool().leaksSuspected();
		boolean slow = module.pool().looks() >= ENOUGH_LOOKS && module.sessions().samples() >= ENOUGH
				&& module.sessions().p95() >= LONG_NANOS
				&& module.pool().maxLeased() >= 0.8 * module.pool().now().maxSize();
		if (leaks == 0 && !slow) {
			return Stream.empty();
		}
		return advise(module)
			.found((leaks > 0) ? Severity.WARNING : Severity.INFO,
					(leaks > 0) ? leaks + " sessions were open for so long that they may never be closed"
							: "Sessions are open for " + Amounts.time((double) module.sessions().p95())
									+ " and keep most sandboxes in use")
			.evidence("sessions.suspected-leaks", (double) leaks, "sessions")
			.evidence("sessions.p95", (double) module.sessions().p95(), "ns")
			.evidence("pool.leased.max", module.pool().maxLeased(), "sandboxes")
			.otherwise("sessions stay open", "try-with-resources, and no waiting for others inside of it")
			.expect("Sandboxes are free for other callers");
	}

}
