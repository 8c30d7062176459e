package dev.wasmsandbox.metrics;

import java.util.List;

import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.wasmsandbox.module.ModuleCacheSettings;
import dev.wasmsandbox.pool.TenantStatistics;

/**
 * What rules look at: the last window of all modules, and what they share. Immutable.
 *
 * @param modules what each module did
 * @param summary what all of them did
 * @param cache the module cache since the start
 * @param cacheSettings its bounds
 * @param tenants the tenants that are known
 * @param targets what performance is held against
 * @param processors how many processors the JVM may use
 */
public record Situation(List<ModuleWindow> modules, PerformanceSummary summary, CacheStats cache,
		ModuleCacheSettings cacheSettings, List<TenantStatistics> tenants, PerformanceTargets targets, int processors) {

	public Situation {
		modules = List.copyOf(modules);
		tenants = List.copyOf(tenants);
	}

}
