package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** The bounds of comparisons hold at all looks together, and say what they should. */
class ComparisonTests {

	/** The likelihood ratio that the bounds come from, written out. */
	private static double ratio(List<Double> differences, List<Double> noise, double scale, double supposed) {
		int n = differences.size();
		double k = 1 + n * scale * scale;
		double sum = differences.stream().mapToDouble((value) -> value - supposed).sum();
		double total = differences.stream().mapToDouble((value) -> (value - supposed) * (value - supposed)).sum();
		double all = total + Comparison.BLOCK * noise.stream().mapToDouble((value) -> value * value).sum();
		return Math.pow(all / (all - scale * scale * sum * sum / k), (n + noise.size()) / 2.0) / Math.sqrt(k);
	}

	@Test
	void boundsAreWhereTheLikelihoodRatioIsOneThroughTheErrorOfBoth() {
		List<Double> differences = List.of(0.101, 0.098, 0.102, 0.099);
		List<Double> noise = List.of(0.02, -0.01, 0.015, -0.02, 0.01, 0.005, -0.012, 0.02);
		Comparison seen = Comparison.of(differences, noise, 3, 0.01);
		assertThat(seen.mean()).isCloseTo(0.1, within(1e-12));
		assertThat(ratio(differences, noise, 3, seen.low())).isCloseTo(50, within(1e-6));
		assertThat(ratio(differences, noise, 3, seen.mean() + seen.halfWidth())).isCloseTo(50, within(1e-6));
		assertThat(ratio(differences, noise, 3, seen.mean())).isLessThan(1);
	}

	@Test
	void lookingOftenDoesNotFindWhatIsNotThere() {
		Random random = new Random(1);
		int crossed = 0;
		for (int run = 0; run < 2000; run++) {
			crossed += crosses(random, 0, 1 + run % 3) ? 1 : 0;
		}
		// 5% are allowed; more than 6.5% of 2,000 has a chance of one in a thousand.
		assertThat(crossed).isBetween(1, 130);
	}

	private static boolean crosses(Random random, double truth, double scale) {
		List<Double> noise = gaussian(random, 8, 0, 0.1);
		List<Double> differences = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			differences.addAll(gaussian(random, 1, truth, 0.1 * Math.sqrt(Comparison.BLOCK)));
			noise.addAll(gaussian(random, 1, 0, 0.1));
			Comparison seen = Comparison.of(differences, noise, scale, 0.05);
			if (seen.low() > truth) {
				return true;
			}
		}
		return false;
	}

	@Test
	void lookingOftenDoesNotGiveUpWhatIsThere() {
		Random random = new Random(4);
		int givenUp = 0;
		for (int run = 0; run < 1000; run++) {
			givenUp += seemsSmaller(random, 0.04) ? 1 : 0;
		}
		// 10% are allowed; more than 13% of 1,000 has a chance of one in a thousand.
		assertThat(givenUp).isBetween(1, 130);
	}

	private static boolean seemsSmaller(Random random, double truth) {
		List<Double> noise = gaussian(random, 16, 0, 0.2);
		List<Double> differences = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			differences.addAll(gaussian(random, 1, truth, 0.2 * Math.sqrt(Comparison.BLOCK)));
			if (Comparison.of(differences, noise, 0.5, 1e-3).below(truth)) {
				return true;
			}
		}
		return false;
	}

	@Test
	void aLargeGainIsProvedByAFewBlocksAndASmallOneByMany() {
		Random random = new Random(2);
		List<Double> noise = gaussian(random, 16, 0, 0.05);
		assertThat(Comparison.of(gaussian(random, 4, 0.5, 0.06), noise, 5, 1e-4).low()).isPositive();
		assertThat(Comparison.of(gaussian(random, 4, 0.05, 0.06), noise, 1, 1e-4).low()).isNegative();
		assertThat(Comparison.of(gaussian(random, 200, 0.05, 0.06), noise, 1, 1e-4).low()).isPositive();
	}

	@Test
	void newValuesThatAreNoisierMakeTheBoundsWider() {
		List<Double> noise = List.of(0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01);
		Comparison calm = Comparison.of(List.of(0.1, 0.11, 0.09, 0.1, 0.1), noise, 3, 0.01);
		Comparison wild = Comparison.of(List.of(0.5, -0.3, 0.4, -0.2, 0.1), noise, 3, 0.01);
		assertThat(calm.low()).isPositive();
		assertThat(wild.low()).isNegative();
		assertThat(wild.standardError()).isGreaterThan(5 * calm.standardError());
	}

	@Test
	void nothingIsKnownFromNothing() {
		Comparison seen = Comparison.of(List.of(), List.of(0.1), 1, 0.01);
		assertThat(seen.low()).isEqualTo(Double.NEGATIVE_INFINITY);
		assertThat(seen.evidence().low()).isEqualTo(-1);
		assertThat(seen.evidence().high()).isFinite();
		assertThat(seen.evidence().standardError()).isFinite();
	}

	private static List<Double> gaussian(Random random, int count, double mean, double deviation) {
		List<Double> values = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			values.add(mean + deviation * random.nextGaussian());
		}
		return values;
	}

}
