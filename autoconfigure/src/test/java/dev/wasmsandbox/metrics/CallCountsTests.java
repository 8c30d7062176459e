package dev.wasmsandbox.metrics;

import java.util.List;

import dev.wasmsandbox.observe.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** What is made of the calls that were asked for their processor time. */
class CallCountsTests {

	private static CallCounts counts(long clean, long cleanNanos, long asked, long processorNanos) {
		return new CallCounts(OutcomeCounts.of((outcome) -> (outcome == Outcome.SUCCESS) ? clean : 0),
				OutcomeCounts.none(), cleanNanos, 0, 0, 0, asked, processorNanos);
	}

	@Test
	void eachCallTakesWhatThoseTookThatWereAsked() {
		assertThat(counts(1_000, 3_000_000, 4, 8_000).processorBusyNanos()).isEqualTo(2_000_000);
	}

	/**
	 * 256,000 calls of 2 us, and one that its thread was off the processor for 50 ms in:
	 * whether that one was asked makes no difference.
	 */
	@Test
	void aCallThatWasInterruptedForLongChangesNothing() {
		double calls = counts(256_000, 562_000_000, 1_000, 2_000_000).processorBusyNanos();
		assertThat(calls).isCloseTo(512e6, within(1.0));
	}

	@Test
	void itIsNeverMoreThanTheTimeThatPassed() {
		assertThat(counts(100, 50_000, 1, 900).processorBusyNanos()).isEqualTo(50_000);
		assertThat(counts(100, 50_000, 0, 0).processorBusyNanos()).as("none was asked").isEqualTo(50_000);
	}

	@Test
	void callsInSessionsAreOnProcessorsForTheSamePartOfTheirTime() {
		CallCounts counts = new CallCounts(OutcomeCounts.of((outcome) -> (outcome == Outcome.SUCCESS) ? 10 : 0),
				OutcomeCounts.of((outcome) -> (outcome == Outcome.SUCCESS) ? 1_000 : 0), 1_000, 10, 500, 0, 10, 250);
		assertThat(counts.processorBusyNanos()).isEqualTo(250 + 1_000 * 50 / 4.0);
	}

	@Test
	void refusedCallsTakeNone() {
		CallCounts counts = new CallCounts(
				OutcomeCounts.of((outcome) -> (outcome == Outcome.SUCCESS || outcome == Outcome.BUSY) ? 10 : 0),
				OutcomeCounts.none(), 10_000, 0, 0, 0, 2, 200);
		assertThat(counts.processorBusyNanos()).isEqualTo(1_000);
	}

	/** A module chooses the names of its exports. */
	@Test
	void namesThatAModuleChoseAreShortAndPrintableAndStayDifferent() {
		String name = "a".repeat(5_000);
		ModuleMetrics module = new ModuleMetrics(List.of(name + 1, name + 2, "evil\u001b[31m\n", "UNKNOWN", "add"), 12);
		for (String export : List.of(name + 1, name + 2, "evil\u001b[31m\n", "UNKNOWN", "add", "none")) {
			module.function(export).call(Outcome.SUCCESS, 1_000);
			module.function(export).call(Outcome.SUCCESS, 1_000);
		}
		assertThat(module.functions()).hasSize(6).allSatisfy((function) -> {
			assertThat(function.name()).hasSizeLessThan(250).matches("[ -~]*");
			assertThat(function.counts().clean().total()).isEqualTo(2);
		}).extracting(FunctionMetrics::name).contains("add", "UNKNOWN");
	}

	@Test
	void whatWaitedInVainWasOnNoProcessor() {
		CallCounts refused = new CallCounts(OutcomeCounts.of((outcome) -> (outcome == Outcome.BUSY) ? 39 : 0),
				OutcomeCounts.none(), 39_000_000, 0, 0, 39_000_000, 0, 0);
		assertThat(refused.processorBusyNanos()).isZero();
	}

	/** All calls that take long are asked, few of the short ones. */
	@Test
	void longCallsAreAskedEach() {
		FunctionMetrics function = new FunctionMetrics("f", 12);
		function.call(Outcome.SUCCESS, 1_000_000);
		assertThat(function.takesLong()).isTrue();
		for (int i = 0; i < 1_000; i++) {
			function.call(Outcome.SUCCESS, 1_000);
		}
		function.processor(900);
		assertThat(function.takesLong()).as("it was one of many").isFalse();
		function.call(Outcome.SUCCESS, 2_000_000);
		assertThat(function.takesLong()).isFalse();
		function.endSlice();
		function.call(Outcome.SUCCESS, 2_000_000);
		assertThat(function.takesLong()).as("it became slower").isTrue();
		function.call(Outcome.BUSY, 1_000_000_000);
		assertThat(function.counts().refusedNanos()).isEqualTo(1_000_000_000);
	}

}
