package dev.wasmsandbox.metrics.rules;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.wasmsandbox.autoconfigure.WasmProperties;
import dev.wasmsandbox.metrics.CacheView;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.OutcomeCounts;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceSummary;
import dev.wasmsandbox.metrics.PerformanceTargets;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.module.ModuleCacheSettings;
import dev.wasmsandbox.pool.TenantStatistics;

import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Has all rules look at a situation with four processors, one of them busy. What they say
 * is checked for what holds for each recommendation.
 */
final class Rules {

	private final List<ModuleWindow> modules = new ArrayList<>();

	private double busy = 1;

	private boolean interpreted = true;

	private CacheView cache = new CacheView(CacheStats.empty(), ModuleCacheSettings.defaults(), 1, 0);

	private List<TenantStatistics> tenants = List.of();

	private Rules() {
	}

	/** Of the given modules. */
	static Rules see(Windows... modules) {
		Rules rules = new Rules();
		for (Windows module : modules) {
			rules.modules.add(module.build());
		}
		return rules;
	}

	Rules processorsBusy(double processors) {
		this.busy = processors;
		return this;
	}

	Rules hugeMethodsCompiled() {
		this.interpreted = false;
		return this;
	}

	Rules cache(CacheView view) {
		this.cache = view;
		return this;
	}

	Rules tenants(TenantStatistics... known) {
		this.tenants = List.of(known);
		return this;
	}

	/** What all rules say. */
	List<PerformanceRecommendation> all() {
		List<PerformanceRecommendation> all = StandardRules.all()
			.stream()
			.flatMap((rule) -> rule.recommend(situation()).stream())
			.toList();
		all.forEach(Rules::check);
		return all;
	}

	/** The one thing that a rule says, and no other rule does. */
	PerformanceRecommendation only(String id) {
		List<PerformanceRecommendation> all = all();
		assertThat(all).extracting(PerformanceRecommendation::id).containsExactly(id);
		return all.getFirst();
	}

	/** The one thing that a rule says, whatever others do. */
	PerformanceRecommendation among(String id) {
		List<PerformanceRecommendation> of = all().stream().filter((one) -> one.id().equals(id)).toList();
		assertThat(of).hasSize(1);
		return of.getFirst();
	}

	void silent(String id) {
		assertThat(all()).extracting(PerformanceRecommendation::id).doesNotContain(id);
	}

	private Situation situation() {
		PerformanceSummary summary = new PerformanceSummary(Duration.ofMinutes(1), OutcomeCounts.none(), 0, 0, 0,
				Windows.times(0, 0), 0, 0, Windows.times(0, 0), Windows.times(0, 0), Windows.times(0, 0), 0, 0, 0, 0,
				this.busy, 0, 0, 1, List.of());
		return new Situation(this.modules, summary, this.cache, this.tenants, PerformanceTargets.defaults(), 4,
				this.interpreted);
	}

	/** Sentences are whole, figures are figures, and what is suggested can be set. */
	static void check(PerformanceRecommendation one) {
		assertThat(one.evidence()).isNotEmpty().allSatisfy((evidence) -> {
			assertThat(evidence.value()).isFinite().isNotNegative();
			assertThat(evidence.figure()).matches("[a-z0-9.-]+");
			assertThat(evidence.unit()).isNotBlank();
		});
		assertThat(List.of(one.finding(), one.effect(), one.current(), one.suggested()))
			.allSatisfy((text) -> assertThat(text).isNotBlank()
				.doesNotContain("NaN", "Infinity", "null", "  ", " -", "2147483647")
				.doesNotEndWith("."));
		assertThat(one.finding()).matches("[A-Z0-9].{20,}");
		assertThat(one.effect()).matches("[A-Z].{20,}");
		assertThat(one.suggested()).isNotEqualTo(one.current());
		String property = one.property();
		if (property != null) {
			bind(property, one.suggested());
		}
	}

	/** Fails where there is no such property, or where it does not take the value. */
	static WasmProperties bind(String property, String value) {
		return new Binder(new MapConfigurationPropertySource(Map.of(property, value)))
			.bind("wasm", Bindable.of(WasmProperties.class), new NoUnboundElementsBindHandler(BindHandler.DEFAULT))
			.get();
	}

}
