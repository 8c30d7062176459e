package dev.wasmsandbox.metrics.rules;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.RecommendationRule;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.pool.TenantStatistics;

/** One tenant without a quota has most sandboxes while others wait. */
final class TenantsStarvingRule implements RecommendationRule {

	private static final double MOST = 0.8;

	private static final int ENOUGH = 4;

	@Override
	public String id() {
		return "tenants-starving";
	}

	@Override
	public List<PerformanceRecommendation> recommend(Situation situation) {
		List<TenantStatistics> tenants = situation.tenants();
		int running = tenants.stream().mapToInt(TenantStatistics::running).sum();
		Optional<TenantStatistics> largest = tenants.stream().max(Comparator.comparingInt(TenantStatistics::running));
		if (running < ENOUGH || largest.isEmpty()) {
			return List.of();
		}
		TenantStatistics most = largest.get();
		int waiting = tenants.stream()
			.filter((tenant) -> !tenant.name().equals(most.name()))
			.mapToInt(TenantStatistics::waiting)
			.sum();
		if (waiting == 0 || most.running() < MOST * running) {
			return List.of();
		}
		Integer allowed = most.quota().maxConcurrentCalls();
		return List.of(new PerformanceRecommendation(id(), Severity.WARNING, null,
				"One tenant has " + most.running() + " of " + running + " sandboxes in use while other tenants wait",
				List.of(new Evidence("tenant.running.max", most.running(), "calls"),
						new Evidence("tenants.running", running, "calls"),
						new Evidence("tenants.waiting.others", waiting, "callers")),
				situation.summary().window(), "wasm.tenants.default.max-concurrent-calls",
				(allowed != null) ? allowed.toString() : "none", Integer.toString(running / 2),
				"No tenant holds more than half of what is in use now, so that others need not wait for its calls to end"));
	}

}
