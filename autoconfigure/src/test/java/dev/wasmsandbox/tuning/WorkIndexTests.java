package dev.wasmsandbox.tuning;

import java.util.Map;

import dev.wasmsandbox.metrics.CallCounts;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** What counts as faster, and what does not. */
class WorkIndexTests {

	private final WorkIndex index = new WorkIndex();

	private static Map<String, CallCounts> work(long fast, long fastNanos, long slow, long slowNanos) {
		return Map.of("m/fast", FakeApplication.counts(fast, 0, fast * fastNanos), "m/slow",
				FakeApplication.counts(slow, 0, slow * slowNanos));
	}

	private double score(Map<String, CallCounts> work) {
		return this.index.score(Map.of(), work).map(WorkIndex.Score::value).orElse(0.0);
	}

	private void know() {
		assertThat(this.index.score(Map.of(), work(100, 1_000, 100, 100_000))).isEmpty();
	}

	@Test
	void isOneForCallsAsFastAsAtFirstHoweverManyAndWhicheverThereAre() {
		know();
		assertThat(score(work(100, 1_000, 100, 100_000))).isCloseTo(1, within(1e-9));
		assertThat(score(work(100_000, 1_000, 100_000, 100_000))).isCloseTo(1, within(1e-9));
		assertThat(score(work(100_000, 1_000, 10, 100_000))).isCloseTo(1, within(1e-9));
		assertThat(score(work(10, 1_000, 100_000, 100_000))).isCloseTo(1, within(1e-9));
	}

	@Test
	void isTwoForCallsTwiceAsFast() {
		know();
		assertThat(score(work(5_000, 500, 77, 50_000))).isCloseTo(2, within(1e-9));
	}

	@Test
	void onlyWhatCameInTheWindowCounts() {
		know();
		Map<String, CallCounts> begin = work(100, 1_000, 100, 100_000);
		Map<String, CallCounts> end = Map.of("m/fast", FakeApplication.counts(200, 0, 100 * 1_000 + 100 * 4_000),
				"m/slow", FakeApplication.counts(100, 0, 100 * 100_000));
		assertThat(this.index.score(begin, end)).hasValueSatisfying((score) -> {
			assertThat(score.value()).isCloseTo(0.25, within(1e-9));
			assertThat(score.calls()).isEqualTo(100);
		});
	}

	@Test
	void refusedCallsCountAgainstItHoweverQuicklyTheyWereRefused() {
		know();
		Map<String, CallCounts> half = Map.of("m/fast", FakeApplication.counts(100, 100, 100 * 1_000));
		assertThat(score(half)).isCloseTo(0.5, within(1e-9));
	}

	@Test
	void aFunctionThatIsNewSaysNothingUntilItIsKnown() {
		know();
		Map<String, CallCounts> more = Map.of("m/fast", FakeApplication.counts(100, 0, 100 * 1_000), "m/new",
				FakeApplication.counts(100, 0, 100 * 7_000_000));
		assertThat(score(more)).isCloseTo(1, within(1e-9));
		assertThat(score(Map.of("m/new", FakeApplication.counts(100, 0, 100 * 3_500_000)))).isCloseTo(2, within(1e-9));
	}

	@Test
	void thereIsNoneWithoutCalls() {
		know();
		assertThat(this.index.score(Map.of(), Map.of())).isEmpty();
		Map<String, CallCounts> same = work(100, 1_000, 100, 100_000);
		assertThat(this.index.score(same, same)).isEmpty();
	}

}
