package dev.wasmsandbox.tuning;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Where nothing has an effect, nothing is moved; what is only noise is not believed. */
class TunerNoiseTests {

	private static final double[] NOISE = { 0.02, 0.05, 0.1, 0.2 };

	private static final int[] PARAMETERS = { 1, 2, 3, 4, 6 };

	/** How many of so many runs keep a move. */
	private static int moved(int runs, int windows, double persistence, int outliers) {
		int moved = 0;
		long trials = 0;
		for (int i = 0; i < runs; i++) {
			Plant plant = new Plant(Plant.random(i), PARAMETERS[i % 5], 0, 0);
			Simulation run = new Simulation(plant, Session.active(), NOISE[i % 4], i);
			run.noise().persistence = persistence;
			run.noise().outliers = outliers;
			for (int window = 0; window < windows; window++) {
				run.window();
			}
			moved += (run.keeps() > 0) ? 1 : 0;
			trials += run.state().trials();
		}
		assertThat(trials).as("trials that could have been kept").isGreaterThan(2L * runs);
		return moved;
	}

	@Test
	void nothingIsMovedByNoise() {
		assertThat(moved(60, 1000, 0, 0)).isZero();
	}

	@Test
	@Tag("slow")
	void nothingIsMovedByNoiseIn99PercentOfAThousandRuns() {
		assertThat(moved(1000, 5000, 0, 0)).isLessThanOrEqualTo(10);
	}

	@ParameterizedTest
	@Tag("slow")
	@CsvSource({ "0.6, 0", "-0.5, 0", "0, 20" })
	void norByNoiseThatIsNotNormalOrHasAMemory(double persistence, int outliers) {
		assertThat(moved(400, 3000, persistence, outliers)).isLessThanOrEqualTo(4);
	}

	@Test
	@Tag("slow")
	void predictedIntervalsHoldNineTimesOfTen() {
		int held = 0;
		int all = 0;
		for (int i = 0; i < 200; i++) {
			Plant plant = new Plant(Plant.random(i), PARAMETERS[i % 5], 0.1 + 0.7 * i / 200, 0);
			Simulation run = new Simulation(plant, Session.active(), NOISE[i % 4], i).run();
			for (TrialResult result : run.state().history()) {
				Prediction prediction = result.proposal().prediction();
				Move move = result.proposal().move();
				double truth = plant.rate(move.to()) / plant.rate(move.from()) - 1;
				held += (truth >= prediction.low() && truth <= prediction.high()) ? 1 : 0;
				all++;
			}
		}
		assertThat((double) held / all).isBetween(0.85, 0.99);
	}

	@Test
	void predictedIntervalsHoldNineTimesOfTenWhereThePriorIsRight() {
		int held = 0;
		for (int i = 0; i < 40; i++) {
			Plant plant = new Plant(Plant.random(i), 2, 0.5, 0);
			Simulation run = new Simulation(plant, Session.active(), 0.05, i).run();
			TrialResult first = run.state().history().getFirst();
			Prediction prediction = first.proposal().prediction();
			double seen = first.evidence().gain();
			held += (seen >= prediction.low() && seen <= prediction.high()) ? 1 : 0;
		}
		assertThat(held).isBetween(32, 40);
	}

}
