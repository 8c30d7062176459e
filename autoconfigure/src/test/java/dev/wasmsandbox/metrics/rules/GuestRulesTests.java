package dev.wasmsandbox.metrics.rules;

import java.time.Duration;
import java.util.Objects;

import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.metrics.OutcomeCounts;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.screen.MemoryType;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/** Each rule about guests on a window that has its evidence, and on one just below. */
class GuestRulesTests {

	private static final long MB = Windows.MB;

	private static final long PAGE = Windows.PAGE;

	private static SandboxLimits memory(long bytes) {
		return SandboxLimits.defaults().withMemoryBytes(bytes);
	}

	/** Of 20 pages; the module begins with two. */
	private static Windows grown(int pages) {
		return Windows.quiet().limits(memory(20 * PAGE)).peak(pages * PAGE);
	}

	@Test
	void aGuestNearItsMemoryLimitMayNeedMore() {
		PerformanceRecommendation one = Rules.see(grown(18)).only("memory-limit-near");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.module()).isEqualTo("text");
		assertThat(one.property()).isEqualTo("wasm.modules.text.limits.memory");
		assertThat(one.current()).isEqualTo("1280KB");
		assertThat(one.suggested()).isEqualTo("2560KB");
		assertThat(one.finding()).contains("grew to 90% of");
		assertThat(one.evidence()).contains(new Evidence("memory.peak", 18 * PAGE, "bytes"),
				new Evidence("memory.limit", 20 * PAGE, "bytes"));
		Rules.see(grown(17)).silent("memory-limit-near");
	}

	@Test
	void refusedCallsNearTheMemoryLimitAreCritical() {
		PerformanceRecommendation one = Rules.see(grown(20).calls("slugify", Outcome.LIMIT, 1))
			.only("memory-limit-near");
		assertThat(one.severity()).isEqualTo(Severity.CRITICAL);
	}

	@Test
	void aLimitBetweenTwoPagesIsTheLowerOne() {
		Rules.see(grown(1).limits(memory(4 * PAGE - 1)).peak(3 * PAGE)).only("memory-limit-near");
	}

	@Test
	void whatNeverGrewOrDeclaresNoMoreNeedsNoMore() {
		Rules.see(grown(20).memory(new MemoryType(20, 65_536, false))).silent("memory-limit-near");
		Rules.see(grown(20).memory(new MemoryType(19, 65_536, false))).only("memory-limit-near");
		Rules.see(grown(20).memory(new MemoryType(2, 20, false))).silent("memory-limit-near");
		assertThat(Rules.see(grown(20).memory(new MemoryType(2, 32, false))).only("memory-limit-near").suggested())
			.isEqualTo("2MB");
		Rules.see(grown(20).memory(null)).silent("memory-limit-near");
		Rules.see(grown(0).limits(memory(0)).memory(null)).silent("memory-limit-near");
	}

	@Test
	void noMoreMemoryIsSuggestedThanALimitCanBe() {
		long highest = (long) SandboxLimits.MAX_PAGES * PAGE;
		PerformanceRecommendation one = Rules.see(Windows.quiet().limits(memory(1_500 * MB)).peak(1_400 * MB))
			.only("memory-limit-near");
		assertThat(one.suggested()).isEqualTo("2047MB");
		assertThat(memory(DataSize.parse(one.suggested()).toBytes()).memoryBytes()).isLessThanOrEqualTo(highest);
		Rules.see(Windows.quiet().limits(memory(highest)).peak(highest)).silent("memory-limit-near");
	}

	@Test
	void aLimitOfManyTimesTheMemoryIsGenerous() {
		Windows small = Windows.quiet()
			.limits(memory(512 * MB))
			.peak(32 * MB)
			.calls("word_count", Outcome.SUCCESS, 1_000);
		PerformanceRecommendation one = Rules.see(small).only("memory-limit-generous");
		assertThat(one.severity()).isEqualTo(Severity.INFO);
		assertThat(one.property()).isEqualTo("wasm.modules.text.limits.memory");
		assertThat(one.current()).isEqualTo("512MB");
		assertThat(one.suggested()).isEqualTo("128MB");
		assertThat(one.finding()).contains("more than 32 MB", "may have 512 MB");
		assertThat(one.evidence()).contains(new Evidence("memory.peak", 32 * MB, "bytes"));
		Rules.see(small.peak(32 * MB + PAGE)).silent("memory-limit-generous");
		Rules.see(small.peak(32 * MB).calls("word_count", Outcome.SUCCESS, 999)).silent("memory-limit-generous");
		Rules.see(small.calls("word_count", Outcome.SUCCESS, 1_000).peak(0)).silent("memory-limit-generous");
	}

	@Test
	void smallLimitsAreNeverGenerous() {
		Rules.see(Windows.quiet().limits(memory(16 * MB)).peak(PAGE)).silent("memory-limit-generous");
		PerformanceRecommendation one = Rules.see(Windows.quiet().limits(memory(64 * MB)).peak(PAGE))
			.only("memory-limit-generous");
		assertThat(one.suggested()).isEqualTo("16MB");
	}

	@Test
	void callsThatWriteMuchAreForSessions() {
		PerformanceRecommendation one = Rules.see(Windows.quiet().written(50, 50 * MB)).only("much-written");
		assertThat(one.severity()).isEqualTo(Severity.INFO);
		assertThat(one.module()).isEqualTo("text");
		assertThat(one.property()).isNull();
		assertThat(one.finding()).contains("writes 1 MB of memory");
		assertThat(one.suggested()).contains("session");
		assertThat(one.evidence()).containsExactly(new Evidence("pool.written-per-reset", MB, "bytes"),
				new Evidence("pool.resets", 50, "resets"));
		Rules.see(Windows.quiet().written(50, 50 * MB - 1)).silent("much-written");
		Rules.see(Windows.quiet().written(49, 49 * MB)).silent("much-written");
	}

	@Test
	void hugeMethodsAreLeftToTheInterpreterUnlessTheJvmIsTold() {
		Windows huge = Windows.quiet().noCalls().calls("slugify", Outcome.SUCCESS, 50).hugeMethods(1);
		PerformanceRecommendation one = Rules.see(huge).only("huge-methods");
		assertThat(one.property()).isNull();
		assertThat(one.suggested()).isEqualTo("-XX:-DontCompileHugeMethods");
		assertThat(one.finding()).startsWith("One method made of the module's functions is");
		assertThat(one.evidence()).contains(new Evidence("code.huge-methods", 1, "methods"));
		Rules.see(huge).hugeMethodsCompiled().silent("huge-methods");
		Rules.see(huge.calls("slugify", Outcome.SUCCESS, 49)).silent("huge-methods");
		Rules.see(huge.calls("slugify", Outcome.SUCCESS, 50).hugeMethods(0)).silent("huge-methods");
	}

	@Test
	void aHundredBlocksForEachCallAreChurn() {
		Windows churn = Windows.quiet().noCalls().calls("slugify", Outcome.SUCCESS, 60);
		PerformanceRecommendation one = Rules.see(churn.blocks(6_000, 96_000, 10, 2_500)).only("allocation-churn");
		assertThat(one.finding()).contains("100 blocks");
		assertThat(one.effect()).endsWith("which take 250 ns each");
		assertThat(one.property()).isNull();
		assertThat(one.evidence()).contains(new Evidence("allocations", 6_000, "blocks"),
				new Evidence("allocation.bytes.mean", 16, "bytes"), new Evidence("calls", 60, "calls"));
		Rules.see(churn.blocks(5_999, 96_000, 10, 2_500)).silent("allocation-churn");
		Rules.see(churn.calls("slugify", Outcome.SUCCESS, 10).blocks(4_999, 96_000, 10, 2_500))
			.silent("allocation-churn");
	}

	@Test
	void churnIsToldWithoutTimesAndWithoutCalls() {
		assertThat(Rules.see(Windows.quiet().noCalls().blocks(5_000, 96_000, 0, 0)).only("allocation-churn").effect())
			.doesNotContain("each");
	}

	private static Windows late(long succeeded, long slug, long others) {
		return Windows.quiet()
			.limits(memory(16 * MB).withCallTimeout(Duration.ofMillis(1_500)))
			.calls("slugify", Outcome.SUCCESS, succeeded)
			.calls("slugify", Outcome.TIMEOUT, slug)
			.calls("word_count", Outcome.TIMEOUT, others);
	}

	@Test
	void timeoutsOfAFunctionThatMostlyEndsAreForMoreTime() {
		PerformanceRecommendation one = Rules.see(late(9, 8, 2)).only("timeouts-clustered");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.module()).isEqualTo("text");
		assertThat(one.property()).isEqualTo("wasm.modules.text.limits.call-timeout");
		assertThat(one.current()).isEqualTo("1500ms");
		assertThat(one.suggested()).isEqualTo("3s");
		assertThat(one.finding()).isEqualTo("8 of 10 calls that ran out of time are calls of 'slugify'");
		assertThat(one.evidence()).contains(new Evidence("function.calls.timeout", 8, "calls"),
				new Evidence("calls.timeout", 10, "calls"));
	}

	@Test
	void timeoutsOfAFunctionThatSeldomEndsAreForABound() {
		PerformanceRecommendation one = Rules.see(late(8, 8, 2)).only("timeouts-clustered");
		assertThat(one.property()).isNull();
		assertThat(one.current()).isEqualTo("'slugify' does not end within 1500ms");
	}

	@Test
	void timeoutsOfAllFunctionsOrFewAreNoCluster() {
		Rules.see(late(90, 79, 21)).silent("timeouts-clustered");
		Rules.see(late(9, 4, 0)).silent("timeouts-clustered");
		Rules.see(late(9, 5, 0)).only("timeouts-clustered");
		Rules.see(late(9, 8, 2).noCalls().calls("slugify", Outcome.TIMEOUT, 10)).silent("timeouts-clustered");
	}

	@Test
	void functionsThatShareACounterAreNotOne() {
		Rules.see(Windows.quiet().calls("UNKNOWN", Outcome.TIMEOUT, 10)).silent("timeouts-clustered");
	}

	private static OutcomeCounts traps(long calls, long traps) {
		return Windows.outcomes(calls - traps, Outcome.TRAP, traps);
	}

	@Test
	void trapsThatBecomeMoreThanChanceRise() {
		Windows rising = Windows.quiet().slices(traps(50, 0), traps(50, 10));
		PerformanceRecommendation one = Rules.see(rising).only("traps-rising");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.module()).isEqualTo("text");
		assertThat(one.property()).isNull();
		assertThat(one.finding()).isEqualTo("Traps rise: 10 of 50 calls, 0 of 50 before");
		assertThat(one.evidence()).contains(new Evidence("calls.trap", 10, "calls"),
				new Evidence("calls.trap.before", 0, "calls"));
	}

	@Test
	void trapsThatStayOrMayBeChanceDoNotRise() {
		Rules.see(Windows.quiet().slices(traps(50, 0), traps(50, 9))).silent("traps-rising");
		Rules.see(Windows.quiet().slices(traps(49, 0), traps(50, 10))).silent("traps-rising");
		Rules.see(Windows.quiet().slices(traps(50, 0), traps(49, 10))).silent("traps-rising");
		// 22 and 6: 16 more, with a deviation of 5.3; 21 more often than not is chance.
		Rules.see(Windows.quiet().slices(traps(500, 6), traps(500, 22))).only("traps-rising");
		Rules.see(Windows.quiet().slices(traps(500, 6), traps(500, 21))).silent("traps-rising");
		// Beyond chance, but not twice as many.
		Rules.see(Windows.quiet().slices(traps(9_000, 1_000), traps(9_000, 1_999))).silent("traps-rising");
		// Ten times the calls, ten times the traps.
		Rules.see(Windows.quiet().slices(traps(500, 10), traps(5_000, 100))).silent("traps-rising");
		Rules.see(Windows.quiet().slices()).silent("traps-rising");
		Rules.see(Windows.quiet().slices(traps(100, 50))).silent("traps-rising");
	}

	@Test
	void largeCopiesAreForMapping() {
		Windows large = Windows.quiet().noCalls().calls("slugify", Outcome.SUCCESS, 10);
		PerformanceRecommendation one = Rules.see(large.bytesIn(40 * MB)).only("large-copies");
		assertThat(one.severity()).isEqualTo(Severity.INFO);
		assertThat(one.property()).isNull();
		assertThat(one.finding()).isEqualTo("Each call copies 4 MB into the guest");
		assertThat(one.evidence()).contains(new Evidence("data.in", 40 * MB, "bytes"));
		Rules.see(large.bytesIn(40 * MB - 1)).silent("large-copies");
		Rules.see(large.calls("slugify", Outcome.SUCCESS, 9).bytesIn(40 * MB)).silent("large-copies");
		Rules.see(large.noCalls().bytesIn(40 * MB)).silent("large-copies");
	}

	@Test
	void aMissedTargetIsToldWithWhereTheTimeGoes() {
		Windows slow = Windows.quiet().callTimes(Windows.times(50, 2e6)).processorShare(1);
		PerformanceRecommendation one = Rules.see(slow).only("latency-target-missed");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.property()).isNull();
		assertThat(one.finding()).isEqualTo("A call takes 2 ms on average, the target is 1 ms");
		assertThat(one.current()).contains("the guest computes");
		assertThat(one.evidence()).contains(new Evidence("calls.mean", 2e6, "ns"));
		assertThat(Rules.see(slow.processorShare(0.5)).only("latency-target-missed").current())
			.contains("the guest computes");
		assertThat(Rules.see(slow.processorShare(0.49)).only("latency-target-missed").current())
			.contains("on no processor");
		assertThat(Rules.see(slow.acquisitions(Windows.times(5, 1e6))).only("latency-target-missed").current())
			.contains("on no processor");
		slow.acquisitions(Windows.times(5, 1.1e6));
		PerformanceRecommendation made = Rules.see(slow).only("latency-target-missed");
		assertThat(made.current()).contains("making a sandbox ready");
		assertThat(made.suggested()).contains("pool.min-idle");
		PerformanceRecommendation waited = Rules.see(slow.pending(0.1, 1)).only("latency-target-missed");
		assertThat(waited.current()).contains("waiting for a sandbox");
		assertThat(waited.suggested()).contains("a larger pool");
	}

	@Test
	void aTargetThatIsMetIsNotMissed() {
		Rules.see(Windows.quiet().callTimes(Windows.times(50, 1e6))).silent("latency-target-missed");
		Rules.see(Windows.quiet().callTimes(Windows.times(49, 2e6))).silent("latency-target-missed");
	}

	@Test
	void modulesWithDotsAreInBrackets() {
		PerformanceRecommendation one = Rules.see(grown(18).named("acme.text")).only("memory-limit-near");
		assertThat(one.module()).isEqualTo("acme.text");
		assertThat(one.property()).isEqualTo("wasm.modules[acme.text].limits.memory");
		assertThat(Rules.bind(Objects.requireNonNull(one.property()), one.suggested()).modules())
			.containsOnlyKeys("acme.text");
	}

}
