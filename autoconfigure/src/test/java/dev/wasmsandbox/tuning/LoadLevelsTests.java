package dev.wasmsandbox.tuning;

import java.util.Random;
import java.util.function.IntToDoubleFunction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Shifts of the load are seen though they are less than the noise of a window. */
class LoadLevelsTests {

	private static final int RUNS = 100;

	/** How many shifts are seen from one window to another. */
	private static int seen(Draft draft, int from, int to, IntToDoubleFunction score) {
		int shifts = 0;
		for (int i = from; i < to; i++) {
			draft.window++;
			shifts += LoadLevels.see(draft, score.applyAsDouble(i), 10) ? 1 : 0;
		}
		return shifts;
	}

	private static Draft draft(double noise) {
		Draft draft = new Draft(TunerState.initial(1));
		for (int i = 0; i < 48; i++) {
			draft.noise.add((i % 2 == 0) ? noise : -noise);
		}
		return draft;
	}

	@ParameterizedTest
	@CsvSource({ "0.02, 0.1", "0.05, 0.12", "0.1, 0.15", "0.2, 0.25" })
	void aShiftIsSeenWithinAnHour(double noise, double shift) {
		int runs = 0;
		for (int run = 0; run < RUNS; run++) {
			Random random = new Random(run);
			Draft draft = draft(noise);
			seen(draft, 0, 300, (window) -> noise * random.nextGaussian());
			runs += (seen(draft, 300, 360, (window) -> noise * random.nextGaussian() - shift) > 0) ? 1 : 0;
		}
		assertThat(runs).isGreaterThanOrEqualTo(90);
	}

	@ParameterizedTest
	@CsvSource({ "0.02, 0", "0.2, 0", "0.2, 0.6", "0.2, -0.5" })
	void noiseIsNoShift(double noise, double memory) {
		int shifts = 0;
		for (int run = 0; run < RUNS; run++) {
			Random random = new Random(run);
			double[] present = new double[1];
			shifts += seen(draft(noise), 0, 1440, (window) -> {
				present[0] = memory * present[0] + Math.sqrt(1 - memory * memory) * random.nextGaussian();
				return noise * present[0];
			});
		}
		assertThat(shifts).as("in %s days", RUNS).isLessThanOrEqualTo(RUNS / 4);
	}

	@Test
	void whatHappensEveryDayIsUsual() {
		Random random = new Random(1);
		Draft draft = draft(0.02);
		IntToDoubleFunction daily = (window) -> Math.log(1 + 0.5 * Math.sin(window * 2 * Math.PI / 1440))
				+ 0.02 * random.nextGaussian();
		seen(draft, 0, 2880, daily);
		assertThat(seen(draft, 2880, 7200, daily)).isZero();
	}

}
