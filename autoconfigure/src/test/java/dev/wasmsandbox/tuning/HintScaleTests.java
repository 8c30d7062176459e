package dev.wasmsandbox.tuning;

import java.util.List;
import java.util.Set;

import dev.wasmsandbox.observe.SteppedTunable;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.TuningRange;
import dev.wasmsandbox.tuning.WindowSample.Hint;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class HintScaleTests {

	private final HintScale scale = new HintScale(0.25);

	@Test
	void aGainOfAPartIsLessOfAll() {
		// Half of the time takes half as long: all takes three quarters.
		assertThat(HintScale.ofAll(1, 0.5)).isCloseTo(1 / 0.75 - 1, within(1e-12));
		assertThat(HintScale.ofAll(1, 1)).isCloseTo(1, within(1e-12));
		assertThat(HintScale.ofAll(4, 0)).isZero();
		// A tenth of the time takes twice as long.
		assertThat(HintScale.ofAll(-0.5, 0.1)).isCloseTo(1 / 1.1 - 1, within(1e-12));
	}

	@Test
	void staysWithinOneMove() {
		TuningRange range = TuningRange.steps(1, 2, 4, 8, 16, 32, 64);
		assertThat(this.scale.towards(range, 1, 9)).isEqualTo(4);
		assertThat(this.scale.towards(range, 64, 1)).isEqualTo(16);
		assertThat(this.scale.towards(range, 4, 5)).isEqualTo(8);
		assertThat(this.scale.towards(range, 64, 100)).isEqualTo(64);
	}

	@Test
	void nothingIsGainedByAllOthersOrByGreaterOnes() {
		Tunable tunable = tunable();
		assertThat(this.scale.others(tunable, "why")).extracting(Hint::value).containsExactly(1.0, 2.0, 8.0);
		assertThat(this.scale.greater(tunable, "why")).extracting(Hint::value).containsExactly(8.0);
		assertThat(this.scale.lesser(tunable, "why")).extracting(Hint::value).containsExactly(1.0, 2.0);
		assertThat(this.scale.others(tunable, "why")).allMatch((hint) -> !hint.promises(0.001));
	}

	@Test
	void whatIsGainedAtMostIsLikelyHalfOfIt() {
		assertThat(new HintScale(1).atMost(tunable(), 1, "why"))
			.containsExactly(new Hint("m/size", 8, 0.5, 0.3, "why"));
		// Twice as many serve at most twice as many.
		assertThat(this.scale.atMost(tunable(), 100, "why")).extracting(Hint::gain).containsExactly(1.0);
		assertThat(this.scale.atMost(tunable(), 0.03, "why")).noneMatch((hint) -> hint.promises(0))
			.extracting(Hint::value)
			.containsExactly(8.0);
	}

	@Test
	void whatIsNotWorthATrialIsNoGain() {
		assertThat(this.scale.gains(tunable(), 8, 0.019, "why")).isNull();
		assertThat(this.scale.gains(tunable(), 8, 0.03, "why"))
			.isEqualTo(new Hint("m/size", 8, 0.03, 0.03 * 0.4, "why"));
		assertThat(this.scale.expects(tunable(), 8, 0.001, "why")).isNotNull();
		assertThat(List.of(this.scale.expects(tunable(), 8, 100, "why"))).first()
			.satisfies((hint) -> assertThat(hint.gain()).isEqualTo(HintScale.MOST_GAIN));
		assertThat(this.scale.expects(tunable(), 4, 1, "why")).isNull();
	}

	private static Tunable tunable() {
		return new SteppedTunable.Described("m", "size", "sandboxes", Tunable.Risk.LOW, Set.of())
			.with(TuningRange.steps(1, 2, 4, 8), () -> 4, (_) -> {
			});
	}

}
