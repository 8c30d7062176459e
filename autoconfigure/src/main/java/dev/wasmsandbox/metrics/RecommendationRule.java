package dev.wasmsandbox.metrics;

import java.util.List;

/**
 * One reason to recommend something. It looks at figures only, keeps nothing, and says
 * nothing where the evidence is thin. Thread-safe.
 */
public interface RecommendationRule {

	/**
	 * What it is called, the {@link PerformanceRecommendation#id} of what it says.
	 */
	String id();

	/** What it recommends in a situation, nothing as a rule. */
	List<PerformanceRecommendation> recommend(Situation situation);

}
