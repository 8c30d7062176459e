package dev.wasmsandbox.metrics.rules;

import java.util.List;
import java.util.Locale;
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

	/** A size as configuration takes it, rounded up. */
	static String size(long bytes) {
		long mega = 1L << 20;
		return (bytes % mega == 0 || bytes >= 16 * mega) ? (bytes + mega - 1) / mega + "MB"
				: (bytes + 1023) / 1024 + "KB";
	}

	/** A time as configuration takes it. */
	static String time(double nanos) {
		if (nanos >= 1e9 && nanos % 1e9 == 0) {
			return (long) (nanos / 1e9) + "s";
		}
		return (nanos >= 1e6) ? Math.round(nanos / 1e6) + "ms" : Math.round(nanos / 1e3) + "us";
	}

	static String percent(double ratio) {
		return String.format(Locale.ROOT, "%.0f%%", ratio * 100);
	}

}
