package dev.wasmsandbox.metrics;

import java.util.List;

import dev.wasmsandbox.pool.TenantStatistics;

/**
 * What rules look at: the last window of all modules, and what they share. Immutable.
 *
 * @param modules what each module did
 * @param summary what all of them did
 * @param cache the module cache
 * @param tenants the tenants that are known
 * @param targets what performance is held against
 * @param processors how many processors the JVM may use
 * @param hugeMethodsInterpreted whether this JVM leaves methods of more than 8,000 bytes
 * to its interpreter
 */
public record Situation(List<ModuleWindow> modules, PerformanceSummary summary, CacheView cache,
		List<TenantStatistics> tenants, PerformanceTargets targets, int processors, boolean hugeMethodsInterpreted) {

	public Situation {
		modules = List.copyOf(modules);
		tenants = List.copyOf(tenants);
	}

}
