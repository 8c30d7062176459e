package dev.wasmsandbox.metrics.rules;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.RecommendationRule;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.TenantStatistics;

/**
 * One tenant has most sandboxes of full pools while others wait. Tenants are seen at one
 * moment only, so a pool must have been full for the whole window, and those who wait for
 * their own quota do not count.
 */
final class TenantsStarvingRule implements RecommendationRule {

	/** Of the sandboxes in use: four times what all others have. */
	private static final double MOST = 0.8;

	/** With fewer in use, a single call more is most of them. */
	private static final int ENOUGH = 4;

	/** Callers who wait on average, as in {@link PoolTooSmallRule}. */
	private static final double WAITING = 0.5;

	@Override
	public String id() {
		return "tenants-starving";
	}

	@Override
	public List<PerformanceRecommendation> recommend(Situation situation) {
		List<TenantStatistics> tenants = situation.tenants();
		int running = tenants.stream().mapToInt(TenantStatistics::running).sum();
		Optional<TenantStatistics> largest = tenants.stream().max(Comparator.comparingInt(TenantStatistics::running));
		if (running < ENOUGH || largest.isEmpty() || !poolsAreFull(situation)) {
			return List.of();
		}
		TenantStatistics most = largest.get();
		int waiting = tenants.stream()
			.filter((tenant) -> !tenant.name().equals(most.name()) && !atQuota(tenant))
			.mapToInt(TenantStatistics::waiting)
			.sum();
		return (waiting == 0 || most.running() < MOST * running) ? List.of()
				: List.of(recommendation(situation, most, running, waiting));
	}

	private static boolean poolsAreFull(Situation situation) {
		return situation.modules()
			.stream()
			.anyMatch((module) -> QueueingRule.waits(module.pool(), module.work().calls().all().count(Outcome.BUSY),
					WAITING));
	}

	/** What its callers wait for may be its quota instead of a sandbox. */
	private static boolean atQuota(TenantStatistics tenant) {
		TenantQuota quota = tenant.quota();
		Integer calls = quota.maxConcurrentCalls();
		return (calls != null && tenant.running() + tenant.waiting() > calls)
				|| (quota.memory() != null && tenant.memory() >= quota.memory()) || quota.cpuTimePerSecond() != null;
	}

	private PerformanceRecommendation recommendation(Situation situation, TenantStatistics most, int running,
			int waiting) {
		Integer allowed = most.quota().maxConcurrentCalls();
		// Where quotas differ, the tenant may have one of its own, which the default does
		// not change.
		boolean byDefault = situation.tenants().stream().allMatch((tenant) -> tenant.quota().equals(most.quota()));
		return new PerformanceRecommendation(id(), Severity.WARNING, null,
				"One tenant has " + most.running() + " of " + running + " sandboxes in use while other tenants wait",
				List.of(new Evidence("tenant.running.max", most.running(), "calls"),
						new Evidence("tenants.running", running, "calls"),
						new Evidence("tenants.waiting.others", waiting, "callers")),
				situation.summary().window(), byDefault ? "wasm.tenants.default.max-concurrent-calls" : null,
				(allowed != null) ? Integer.toString(allowed) : "no limit",
				byDefault ? Integer.toString(running / 2)
						: "at most " + running / 2 + " concurrent calls in the quota of that tenant",
				"No tenant holds more than half of what is in use now, so that others need not wait for its calls to end");
	}

}
