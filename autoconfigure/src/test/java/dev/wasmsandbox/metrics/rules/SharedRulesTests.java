package dev.wasmsandbox.metrics.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.metrics.CacheView;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.RecommendationRule;
import dev.wasmsandbox.module.ModuleCacheSettings;
import dev.wasmsandbox.pool.TenantStatistics;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The rules about what modules share, and what holds for all rules. */
class SharedRulesTests {

	@Test
	void thereAreEighteenRulesOfDifferentNames() {
		assertThat(StandardRules.all()).hasSize(18).extracting(RecommendationRule::id).doesNotHaveDuplicates();
	}

	@Test
	void thePageOfRulesHasAllOfThemInTheirOrder() throws IOException {
		List<String> rows = Files.readAllLines(Path.of("../docs/recommendations.md"))
			.stream()
			.filter((line) -> line.startsWith("| `"))
			.map((line) -> line.substring(3, line.indexOf('`', 3)))
			.toList();
		assertThat(rows).isEqualTo(StandardRules.all().stream().map(RecommendationRule::id).toList());
	}

	@Test
	void nothingIsSaidOfQuietModulesOrNone() {
		assertThat(Rules.see(Windows.quiet(), Windows.quiet().named("other")).all()).isEmpty();
		assertThat(Rules.see(Windows.quiet().noCalls().length(Duration.ZERO).looks(0)).all()).isEmpty();
		assertThat(Rules.see().all()).isEmpty();
	}

	@Test
	void eachModuleIsLookedAt() {
		assertThat(Rules.see(Windows.quiet().leaks(1).named("a"), Windows.quiet(), Windows.quiet().leaks(1).named("b"))
			.all()).extracting(PerformanceRecommendation::module).containsExactly("a", "b");
	}

	private static CacheView cache(long hits, long misses, long evictions, long modules, long recompiled) {
		return new CacheView(CacheStats.of(hits, misses, misses, 0, misses * 30_000_000, evictions, evictions),
				ModuleCacheSettings.defaults(), modules, recompiled);
	}

	@Test
	void aCacheOfTooFewModulesIsTooSmall() {
		PerformanceRecommendation one = Rules.see(Windows.quiet())
			.cache(cache(15, 5, 5, 80, 1))
			.only("cache-too-small");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.module()).isNull();
		assertThat(one.property()).isEqualTo("wasm.cache.max-modules");
		assertThat(one.current()).isEqualTo("100");
		assertThat(one.suggested()).isEqualTo("200");
		assertThat(one.finding()).contains("dropped 5 modules", "only 75%");
		assertThat(one.effect()).contains("30 ms");
		assertThat(one.evidence()).contains(new Evidence("cache.hit-rate", 0.75, "ratio"),
				new Evidence("cache.evictions", 5, "modules"));
	}

	@Test
	void aCacheThatIsFullByWeightIsTooSmall() {
		PerformanceRecommendation one = Rules.see().cache(cache(15, 5, 5, 79, 1)).only("cache-too-small");
		assertThat(one.property()).isEqualTo("wasm.cache.max-weight");
		assertThat(one.current()).isEqualTo("256MB");
		assertThat(one.suggested()).isEqualTo("512MB");
	}

	@Test
	void aCacheThatAnswersOrDropsNothingIsLargeEnough() {
		Rules.see().cache(cache(16, 4, 5, 100, 1)).silent("cache-too-small");
		Rules.see().cache(cache(15, 5, 4, 100, 1)).silent("cache-too-small");
		Rules.see().cache(cache(14, 5, 5, 100, 1)).silent("cache-too-small");
		Rules.see().cache(cache(0, 500, 400, 100, 0)).silent("cache-too-small");
	}

	/** Modules that are loaded once each are found in no cache. */
	@Test
	void theFirstLookUpOfAModuleCannotBeAnswered() {
		assertThat(cache(0, 30, 18, 12, 0).repeated()).isZero();
		assertThat(cache(30, 12, 3, 12, 10).repeatedHitRate()).isEqualTo(0.75);
	}

	@Test
	void theLargestBoundsAreNotDoubled() {
		assertThat(CacheBound.of(new CacheView(CacheStats.empty(), new ModuleCacheSettings(1, Long.MAX_VALUE), 0, 0))
			.suggested()).isEqualTo(Long.MAX_VALUE + "B");
		assertThat(CacheBound
			.of(new CacheView(CacheStats.empty(), new ModuleCacheSettings(Integer.MAX_VALUE, 1), Integer.MAX_VALUE, 0))
			.suggested()).isEqualTo("2147483647");
	}

	@Test
	void modulesThatWereCompiledAgainAreForALargerCache() {
		PerformanceRecommendation one = Rules.see().cache(cache(90, 10, 0, 20, 3)).only("module-recompiled");
		assertThat(one.severity()).isEqualTo(Severity.INFO);
		assertThat(one.property()).isEqualTo("wasm.cache.max-weight");
		assertThat(one.suggested()).isEqualTo("512MB");
		assertThat(one.finding()).contains("compiled 3 times");
		assertThat(one.evidence()).contains(new Evidence("cache.recompiled", 3, "modules"));
		assertThat(Rules.see().cache(cache(90, 10, 0, 80, 3)).only("module-recompiled").suggested()).isEqualTo("200");
		Rules.see().cache(cache(90, 10, 0, 100, 2)).silent("module-recompiled");
	}

	private static TenantStatistics tenant(String name, int running, int waiting, TenantQuota quota) {
		return new TenantStatistics(name, running, waiting, 0, 1_000, Duration.ZERO, quota);
	}

	private static Rules full() {
		return Rules.see(Windows.quiet()
			.pool(new PoolSettings(5, Duration.ofSeconds(1)))
			.leased(4, 5)
			.pending(0.5, 1)
			.looks(10));
	}

	@Test
	void aTenantThatHasMostSandboxesStarvesOthers() {
		TenantQuota none = TenantQuota.none();
		PerformanceRecommendation one = full().tenants(tenant("a", 1, 1, none), tenant("b", 4, 9, none))
			.among("tenants-starving");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.module()).isNull();
		assertThat(one.property()).isEqualTo("wasm.tenants.default.max-concurrent-calls");
		assertThat(one.current()).isEqualTo("no limit");
		assertThat(one.suggested()).isEqualTo("2");
		assertThat(one.finding()).contains("4 of 5 sandboxes");
		assertThat(one.evidence()).contains(new Evidence("tenants.waiting.others", 1, "callers"));
	}

	@Test
	void aTenantWithItsOwnQuotaIsNotChangedByTheDefault() {
		TenantQuota ten = TenantQuota.none().withMaxConcurrentCalls(10);
		PerformanceRecommendation one = full().tenants(tenant("a", 0, 1, TenantQuota.none()), tenant("b", 4, 0, ten))
			.among("tenants-starving");
		assertThat(one.property()).isNull();
		assertThat(one.current()).isEqualTo("10");
		assertThat(one.suggested()).contains("at most 2 concurrent calls");
	}

	@Test
	void nobodyStarvesWhereFewRunOrNobodyElseWaits() {
		TenantQuota none = TenantQuota.none();
		full().tenants(tenant("a", 0, 1, none), tenant("b", 3, 0, none)).silent("tenants-starving");
		full().tenants(tenant("a", 1, 0, none), tenant("b", 4, 9, none)).silent("tenants-starving");
		full().tenants(tenant("a", 2, 1, none), tenant("b", 7, 0, none)).silent("tenants-starving");
		full().silent("tenants-starving");
		Rules.see(Windows.quiet()).tenants(tenant("a", 1, 1, none), tenant("b", 4, 9, none)).silent("tenants-starving");
	}

	@Test
	void whoWaitsForItsOwnQuotaDoesNotStarve() {
		TenantStatistics most = tenant("b", 4, 0, TenantQuota.none());
		full().tenants(most, tenant("a", 1, 1, TenantQuota.none().withMaxConcurrentCalls(1)))
			.silent("tenants-starving");
		full().tenants(most, tenant("a", 1, 1, TenantQuota.none().withMaxConcurrentCalls(2))).among("tenants-starving");
		full().tenants(most, tenant("a", 1, 1, TenantQuota.none().withMemory(1_000L))).silent("tenants-starving");
		full().tenants(most, tenant("a", 1, 1, TenantQuota.none().withMemory(1_001L))).among("tenants-starving");
		full().tenants(most, tenant("a", 1, 1, TenantQuota.none().withCpuTimePerSecond(Duration.ofSeconds(1))))
			.silent("tenants-starving");
	}

}
