package dev.wasmsandbox.metrics.rules;

import java.util.List;

import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.RecommendationRule;
import dev.wasmsandbox.metrics.Situation;

/** The same bytes were compiled again, because the cache had dropped their code. */
final class RecompiledRule implements RecommendationRule {

	/** Once or twice may be a module that is seldom used. */
	private static final long ENOUGH = 3;

	@Override
	public String id() {
		return "module-recompiled";
	}

	@Override
	public List<PerformanceRecommendation> recommend(Situation situation) {
		long again = situation.cache().recompiled();
		if (again < ENOUGH) {
			return List.of();
		}
		double mean = situation.cache().statistics().averageLoadPenalty();
		CacheBound bound = CacheBound.of(situation.cache());
		return List.of(new PerformanceRecommendation(id(), Severity.INFO, null,
				"Since the start a module was compiled " + again + " times that had been compiled before",
				List.of(new Evidence("cache.recompiled", (double) again, "modules"),
						new Evidence("cache.load.mean", mean, "ns")),
				situation.summary().window(), bound.property(), bound.current(), bound.suggested(),
				"A module that is loaded again need not be compiled again, which takes " + Amounts.time(mean)));
	}

}
