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

	private static final long ENOUGH = 20;

	private static final long EVICTIONS = 5;

	/** Of a bound; what is below it was not the reason. */
	private static final double FULL = 0.8;

	@Override
	public String id() {
		return "cache-too-small";
	}

	@Override
	public List<PerformanceRecommendation> recommend(Situation situation) {
		CacheStats cache = situation.cache().statistics();
		boolean missed = cache.requestCount() >= ENOUGH && cache.evictionCount() >= EVICTIONS
				&& cache.hitRate() < situation.targets().cacheHitRate();
		if (!missed) {
			return List.of();
		}
		boolean byNumber = situation.cache().modules() >= FULL * situation.cache().settings().maxModules();
		String current = byNumber ? Integer.toString(situation.cache().settings().maxModules())
				: ModuleRule.size(situation.cache().settings().maxWeight());
		String suggested = byNumber ? Integer.toString(2 * situation.cache().settings().maxModules())
				: ModuleRule.size(2 * situation.cache().settings().maxWeight());
		return List.of(new PerformanceRecommendation(id(), Severity.WARNING, null,
				"The module cache dropped " + cache.evictionCount() + " modules and answers only "
						+ ModuleRule.percent(cache.hitRate()) + " of the look-ups",
				List.of(new Evidence("cache.hit-rate", cache.hitRate(), "ratio"),
						new Evidence("cache.evictions", (double) cache.evictionCount(), "modules"),
						new Evidence("cache.load.mean", cache.averageLoadPenalty(), "ns")),
				situation.summary().window(), byNumber ? "wasm.cache.max-modules" : "wasm.cache.max-weight", current,
				suggested, "Modules that are loaded again are not compiled again, "
						+ ModuleRule.time(cache.averageLoadPenalty()) + " each"));
	}

}
