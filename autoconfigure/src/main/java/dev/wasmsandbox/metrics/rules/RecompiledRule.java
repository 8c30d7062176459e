package dev.wasmsandbox.metrics.rules;

import java.util.List;

import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.RecommendationRule;
import dev.wasmsandbox.metrics.Situation;

/** The same bytes were compiled again. */
final class RecompiledRule implements RecommendationRule {

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
		return List.of(new PerformanceRecommendation(id(), Severity.INFO, null,
				again + " times a module was compiled that had been compiled before",
				List.of(new Evidence("cache.recompiled", (double) again, "modules"),
						new Evidence("cache.load.mean", situation.cache().statistics().averageLoadPenalty(), "ns")),
				situation.summary().window(), "wasm.cache.max-weight",
				ModuleRule.size(situation.cache().settings().maxWeight()),
				ModuleRule.size(2 * situation.cache().settings().maxWeight()),
				"Loading a module again takes no time to compile it"));
	}

}
