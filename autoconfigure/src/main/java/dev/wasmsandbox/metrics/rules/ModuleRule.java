package dev.wasmsandbox.metrics.rules;

import java.util.List;
import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.RecommendationRule;
import dev.wasmsandbox.metrics.Situation;

/** A rule that looks at each module for itself. */
abstract class ModuleRule implements RecommendationRule {

	/** Fewer calls in a window say nothing about the next ones. */
	static final long ENOUGH_CALLS = 50;

	/** Fewer looks at a pool may have met it by chance. */
	static final int ENOUGH_LOOKS = 10;

	private final String id;

	ModuleRule(String id) {
		this.id = id;
	}

	@Override
	public final String id() {
		return this.id;
	}

	@Override
	public final List<PerformanceRecommendation> recommend(Situation situation) {
		return situation.modules().stream().flatMap((module) -> look(module, situation)).toList();
	}

	/** What it recommends for a module, at most one thing. */
	abstract Stream<PerformanceRecommendation> look(ModuleWindow module, Situation situation);

	/** Begins a recommendation for a module. */
	final Advice advise(ModuleWindow module) {
		return new Advice(this.id, module);
	}

}
