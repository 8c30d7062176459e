package dev.wasmsandbox.metrics.rules;

import java.util.List;

import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.RecommendationRule;
import dev.wasmsandbox.metrics.Situation;

/** The module cache drops modules that are asked for again. */
final class CacheTooSmallRule implements RecommendationRule {

	/** The first look-up of each module misses in any cache: some must be second ones. */
	private static final long ENOUGH = 20;

	/** Fewer are modules of former versions, which nobody misses. */
	private static final long EVICTIONS = 5;

	@Override
	public String id() {
		return "cache-too-small";
	}

	@Override
	public List<PerformanceRecommendation> recommend(Situation situation) {
		CacheStats cache = situation.cache().statistics();
		long again = situation.cache().recompiled();
		boolean missed = again > 0 && cache.requestCount() >= ENOUGH && cache.evictionCount() >= EVICTIONS
				&& cache.hitRate() < situation.targets().cacheHitRate();
		if (!missed) {
			return List.of();
		}
		CacheBound bound = CacheBound.of(situation.cache());
		return List.of(new PerformanceRecommendation(id(), Severity.WARNING, null,
				"Since the start the module cache dropped " + cache.evictionCount() + " modules and answered only "
						+ Amounts.percent(cache.hitRate()) + " of the look-ups",
				List.of(new Evidence("cache.hit-rate", cache.hitRate(), "ratio"),
						new Evidence("cache.evictions", (double) cache.evictionCount(), "modules"),
						new Evidence("cache.recompiled", (double) again, "modules"),
						new Evidence("cache.load.mean", cache.averageLoadPenalty(), "ns")),
				situation.summary().window(), bound.property(), bound.current(), bound.suggested(),
				"Modules that are loaded again are not compiled again, which took "
						+ Amounts.time(cache.averageLoadPenalty()) + " each"));
	}

}
