package dev.wasmsandbox.benchmarks.harness;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

class SamplesTest {

	@Test
	void findsMedianOfOddAndEvenNumbers() {
		assertThat(Samples.of(9, 1, 5).median()).isEqualTo(5);
		assertThat(Samples.of(9, 1, 5, 7).median()).isEqualTo(6);
		assertThat(Samples.of(3).median()).isEqualTo(3);
	}

	@Test
	void interpolatesPercentiles() {
		Samples samples = Samples.of(50, 10, 40, 20, 30);
		assertThat(samples.percentile(0)).isEqualTo(10);
		assertThat(samples.percentile(10)).isCloseTo(14, within(1e-9));
		assertThat(samples.percentile(90)).isCloseTo(46, within(1e-9));
		assertThat(samples.percentile(100)).isEqualTo(50);
		assertThatIllegalArgumentException().isThrownBy(() -> samples.percentile(101));
		assertThatIllegalArgumentException().isThrownBy(() -> samples.percentile(Double.NaN));
	}

	@Test
	void dividesPairByPair() {
		Samples ratios = Samples.of(10, 30, 20).dividedBy(Samples.of(5, 10, 20));
		assertThat(ratios.stream()).containsExactly(2.0, 3.0, 1.0);
		assertThatIllegalArgumentException().isThrownBy(() -> ratios.dividedBy(Samples.of(1)));
	}

	@Test
	void subtractsPairByPair() {
		Samples differences = Samples.of(10, 30, 20).minus(Samples.of(5, 10, 25));
		assertThat(differences.stream()).containsExactly(5.0, 20.0, -5.0);
		assertThatIllegalArgumentException().isThrownBy(() -> differences.minus(Samples.of(1)));
	}

	@Test
	void changesTheUnit() {
		assertThat(Samples.of(1000, 2000).times(1e-3).stream()).containsExactly(1.0, 2.0);
	}

	@Test
	void refusesWhatIsNoMeasurement() {
		assertThatIllegalArgumentException().isThrownBy(() -> Samples.of());
		assertThatIllegalArgumentException().isThrownBy(() -> Samples.of(1, Double.NaN));
		assertThatIllegalArgumentException().isThrownBy(() -> Samples.of(1).dividedBy(Samples.of(0)));
	}

}
