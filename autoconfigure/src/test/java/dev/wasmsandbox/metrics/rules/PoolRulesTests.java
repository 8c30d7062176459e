package dev.wasmsandbox.metrics.rules;

import java.time.Duration;

import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.observe.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Each rule about pools on a window that has its evidence, and on one just below. */
class PoolRulesTests {

	private static final PoolSettings FOUR = new PoolSettings(4, Duration.ofSeconds(1));

	private static final long MB = Windows.MB;

	private static Windows full() {
		return Windows.quiet().pool(FOUR).leased(3.2, 4).pending(1, 3).looks(10);
	}

	private static void changes(PerformanceRecommendation one, String property, String from, String to) {
		assertThat(one.module()).isEqualTo("text");
		assertThat(one.property()).isEqualTo("wasm.modules.text." + property);
		assertThat(one.current()).isEqualTo(from);
		assertThat(one.suggested()).isEqualTo(to);
	}

	@Test
	void aPoolThatCallersWaitForIsTooSmall() {
		PerformanceRecommendation one = Rules.see(full().pending(0.5, 3)).only("pool-too-small");
		changes(one, "pool.max-size", "4", "7");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.finding()).contains("all 4 are in use");
		assertThat(one.evidence()).contains(new Evidence("pool.pending.mean", 0.5, "callers"),
				new Evidence("processors.busy", 1, "processors"));
		assertThat(one.window()).isEqualTo(Duration.ofMinutes(1));
	}

	@Test
	void aPoolGrowsByOneAtLeastAndFourTimesAtMost() {
		assertThat(Rules.see(full().pending(0.5, 0)).only("pool-too-small").suggested()).isEqualTo("5");
		assertThat(Rules.see(full().pending(50, 1_000)).only("pool-too-small").suggested()).isEqualTo("16");
	}

	@Test
	void refusedCallersMakeItCritical() {
		Windows refused = full().pending(0, 0).calls("word_count", Outcome.BUSY, 1);
		assertThat(Rules.see(refused).only("pool-too-small").severity()).isEqualTo(Severity.CRITICAL);
	}

	@Test
	void aPoolIsLargeEnoughForABurst() {
		Rules.see(full().pending(0.49, 3)).silent("pool-too-small");
		Rules.see(full().looks(9)).silent("pool-too-small");
		Rules.see(full().leased(3.19, 4)).silent("pool-too-small");
		Rules.see(full().leased(3.2, 3)).silent("pool-too-small");
		Rules.see(full()).processorsBusy(3.4).silent("pool-too-small");
	}

	@Test
	void queuesOnBusyProcessorsAreNoMatterOfThePool() {
		Windows queue = full().callTimes(Windows.times(10_000, 900e3)).acquisitions(Windows.times(500, 400e3));
		PerformanceRecommendation one = Rules.see(queue).processorsBusy(3.4).only("queueing");
		changes(one, "pool.max-wait", "1s", "2ms");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.evidence()).contains(new Evidence("processors.busy", 3.4, "processors"));
	}

	@Test
	void whereCallersWaitShortlyAlreadyThereIsNoPropertyForQueues() {
		PerformanceRecommendation one = Rules.see(full().pool(FOUR.withMaxWait(Duration.ofMillis(1))))
			.processorsBusy(4)
			.only("queueing");
		assertThat(one.property()).isNull();
		assertThat(one.current()).isEqualTo("4 processors");
	}

	@Test
	void thereIsNoQueueWithLessThanOneCallerOrFreeProcessors() {
		Rules.see(full().pending(0.99, 3)).processorsBusy(3.4).silent("queueing");
		Rules.see(full()).processorsBusy(3.39).silent("queueing");
	}

	@Test
	void sandboxesKeptThatNobodyNeedsAreTooMany() {
		Windows idle = Windows.quiet()
			.pool(PoolSettings.defaults().withMinIdle(20))
			.leased(1, 2)
			.idle(7, 16 * MB)
			.looks(10);
		PerformanceRecommendation one = Rules.see(idle).only("pool-too-large");
		changes(one, "pool.min-idle", "20", "2");
		assertThat(one.severity()).isEqualTo(Severity.INFO);
		assertThat(one.effect()).contains("16 MB");
		assertThat(one.evidence()).contains(new Evidence("pool.idle.min", 7, "sandboxes"));
	}

	@Test
	void sandboxesLeftOfABurstAreKeptForLessTime() {
		Windows idle = Windows.quiet().leased(1, 2).idle(8, 16 * MB).length(Duration.ofSeconds(15)).looks(15);
		PerformanceRecommendation one = Rules.see(idle).only("pool-too-large");
		changes(one, "pool.keep-alive", "60s", "15s");
		assertThat(one.effect()).contains("12 MB");
		changes(Rules.see(idle.length(Duration.ofSeconds(10))).only("pool-too-large"), "pool.keep-alive", "60s", "10s");
		Rules.see(idle.length(Duration.ofSeconds(60))).only("pool-too-large");
	}

	@Test
	void whatMostIdleSandboxesAreThereForIsChanged() {
		Windows idle = Windows.quiet().pool(PoolSettings.defaults().withMinIdle(5)).leased(1, 2).idle(8, 16 * MB);
		changes(Rules.see(idle).only("pool-too-large"), "pool.min-idle", "5", "2");
		changes(Rules.see(idle.idle(9, 16 * MB)).only("pool-too-large"), "pool.keep-alive", "60s", "15s");
	}

	@Test
	void aReserveIsNotTooLarge() {
		Rules.see(Windows.quiet().leased(1, 2).idle(6, 64 * MB)).silent("pool-too-large");
		Rules.see(Windows.quiet().leased(1, 2).idle(7, 16 * MB - 1)).silent("pool-too-large");
		Rules.see(Windows.quiet().leased(1, 2).idle(7, 64 * MB).looks(9)).silent("pool-too-large");
		Rules.see(Windows.quiet().leased(0, 0).idle(3, 64 * MB)).silent("pool-too-large");
	}

	private static Windows cold(long made, double nanos) {
		return Windows.quiet().noCalls().calls("slugify", Outcome.SUCCESS, 100).coldStarts(Windows.times(made, nanos));
	}

	@Test
	void callersWhoWaitForNewSandboxesNeedIdleOnes() {
		PerformanceRecommendation one = Rules.see(cold(10, 200e3)).only("cold-starts");
		changes(one, "pool.min-idle", "0", "4");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.finding()).startsWith("10% of the leases");
		assertThat(one.effect()).contains("200 us");
		assertThat(one.evidence()).contains(new Evidence("cold-starts", 10, "sandboxes"),
				new Evidence("leases", 100, "leases"));
	}

	@Test
	void noMoreIdleSandboxesThanThePoolHas() {
		PoolSettings three = new PoolSettings(3, Duration.ofSeconds(1));
		assertThat(Rules.see(cold(10, 200e3).pool(three)).only("cold-starts").suggested()).isEqualTo("3");
		Rules.see(cold(10, 200e3).pool(three.withMinIdle(3))).silent("cold-starts");
	}

	@Test
	void fewColdStartsOrCheapOnesAreNone() {
		Rules.see(cold(9, 200e3)).silent("cold-starts");
		Rules.see(cold(10, 200e3).calls("slugify", Outcome.SUCCESS, 101)).silent("cold-starts");
		Rules.see(cold(10, 200e3).calls("slugify", Outcome.SUCCESS, 49)).silent("cold-starts");
		Rules.see(cold(10, 200e3).calls("slugify", Outcome.SUCCESS, 50)).only("cold-starts");
		// 100 calls of 50 us: one percent is 50 us, in ten cold starts.
		Rules.see(cold(10, 4_999)).silent("cold-starts");
		Rules.see(cold(10, 5_000)).only("cold-starts");
	}

	@Test
	void sandboxesMadeInTheBackgroundKeepNobodyWaiting() {
		Rules.see(cold(100, 200e3).madeAhead(91)).silent("cold-starts");
		assertThat(Rules.see(cold(100, 200e3).madeAhead(90)).only("cold-starts").evidence())
			.contains(new Evidence("cold-starts", 10, "sandboxes"));
	}

	@Test
	void aSlowStartFunctionIsForASnapshot() {
		Windows slow = Windows.quiet().start(3, SnapshotPoint.NONE).coldStarts(Windows.times(5, 1.04e6));
		PerformanceRecommendation one = Rules.see(slow).only("warm-up-missing");
		changes(one, "snapshot", "none", "after-start");
		assertThat(one.finding()).contains("takes 1.04 ms");
		assertThat(one.evidence()).contains(new Evidence("cold-starts", 5, "sandboxes"));
	}

	@Test
	void whatIsFastOrHasNoStartFunctionOrASnapshotNeedsNone() {
		Windows slow = Windows.quiet().start(3, SnapshotPoint.NONE).coldStarts(Windows.times(5, 2e6));
		Rules.see(slow.coldStarts(Windows.times(5, 1e6))).silent("warm-up-missing");
		Rules.see(slow.coldStarts(Windows.times(4, 2e6))).silent("warm-up-missing");
		slow.coldStarts(Windows.times(5, 2e6));
		Rules.see(slow.start(3, SnapshotPoint.AFTER_START)).silent("warm-up-missing");
		Rules.see(slow.start(-1, SnapshotPoint.NONE)).silent("warm-up-missing");
	}

	@Test
	void sessionsThatMayNeverBeClosedAreTold() {
		PerformanceRecommendation one = Rules.see(Windows.quiet().leaks(1)).only("sessions-held-long");
		assertThat(one.severity()).isEqualTo(Severity.WARNING);
		assertThat(one.property()).isNull();
		assertThat(one.module()).isEqualTo("text");
		assertThat(one.suggested()).contains("try-with-resources");
		assertThat(one.evidence()).contains(new Evidence("sessions.suspected-leaks", 1, "sessions"));
	}

	@Test
	void longSessionsMatterWhereTheyKeepMostSandboxes() {
		Windows held = Windows.quiet().pool(FOUR.withMaxSize(5)).leased(3, 4).sessions(Windows.times(5, 10e9));
		PerformanceRecommendation one = Rules.see(held).only("sessions-held-long");
		assertThat(one.severity()).isEqualTo(Severity.INFO);
		assertThat(one.finding()).contains("open for 10 s");
		Rules.see(held.leased(3, 3)).silent("sessions-held-long");
		held.leased(3, 4);
		Rules.see(held.sessions(Windows.times(4, 10e9))).silent("sessions-held-long");
		Rules.see(held.sessions(Windows.times(5, 9.9e9))).silent("sessions-held-long");
		Rules.see(held.sessions(Windows.times(5, 10e9)).looks(9)).silent("sessions-held-long");
		Rules.see(held.looks(10)).only("sessions-held-long");
	}

}
