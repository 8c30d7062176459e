package dev.wasmsandbox.observe;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Ranges hold their bounds, and only values that are in them. */
class TuningRangeTests {

	@Test
	void additiveStepsEndAtTheBound() {
		assertThat(TuningRange.additive(0, 10, 4).values()).containsExactly(0.0, 4.0, 8.0, 10.0);
		assertThat(TuningRange.additive(1, 3, 1).values()).containsExactly(1.0, 2.0, 3.0);
		assertThat(TuningRange.additive(5, 5, 1).values()).containsExactly(5.0);
	}

	@Test
	void factorsBetweenWholeBoundsGiveWholeValuesOnce() {
		assertThat(TuningRange.multiplicative(1, 10, 1.5).values()).containsExactly(1.0, 2.0, 3.0, 5.0, 8.0, 10.0);
		assertThat(TuningRange.multiplicative(1, 16, 2).values()).containsExactly(1.0, 2.0, 4.0, 8.0, 16.0);
		assertThat(TuningRange.multiplicative(0.5, 2, 2).values()).containsExactly(0.5, 1.0, 2.0);
	}

	@Test
	void stepsAreEquallyFarApart() {
		TuningRange range = TuningRange.steps(0, 1, 2, 4, 64);
		assertThat(range.position(0)).isZero();
		assertThat(range.position(2)).isEqualTo(0.5);
		assertThat(range.position(64)).isEqualTo(1);
		assertThat(range.indexOf(50)).isEqualTo(4);
		assertThat(range.contains(3)).isFalse();
		assertThat(range.contains(4)).isTrue();
	}

	@Test
	void choicesHaveNamesAndNoOrder() {
		TuningRange range = TuningRange.choices(List.of("copy", "scan"));
		assertThat(range.ordered()).isFalse();
		assertThat(range.values()).containsExactly(0.0, 1.0);
		assertThat(range.label(1)).isEqualTo("scan");
		assertThat(TuningRange.steps(1, 2.5).label(2.5)).isEqualTo("2.500");
		assertThat(TuningRange.steps(1, 2.5).label(1)).isEqualTo("1");
	}

	@Test
	void whatIsNoRangeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> TuningRange.additive(0, 1e6, 1))
			.withMessageContaining("1000 values");
		assertThatIllegalArgumentException().isThrownBy(() -> TuningRange.additive(2, 1, 1));
		assertThatIllegalArgumentException().isThrownBy(() -> TuningRange.multiplicative(0, 8, 2));
		assertThatIllegalArgumentException().isThrownBy(() -> TuningRange.multiplicative(1, 8, 1));
		assertThatIllegalArgumentException().isThrownBy(() -> TuningRange.steps(1, 1)).withMessageContaining("rise");
		assertThatIllegalArgumentException().isThrownBy(() -> TuningRange.steps(1, Double.NaN));
		assertThatIllegalArgumentException().isThrownBy(() -> TuningRange.choices(List.of()));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new TuningRange(false, List.of(0.0, 1.0), List.of("one")));
	}

}
