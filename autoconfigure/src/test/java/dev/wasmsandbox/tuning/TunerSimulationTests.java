package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The core on plants whose best configuration is known, with noise. A plant has 1 to 6
 * parameters and starts 10 to 80% below its best; every class says which share of its
 * runs reaches 90% of the best within 40 trials. Only where the best moves under the same
 * load is less than 95% asserted: what was reached, less chance; see docs/tuner.md.
 */
class TunerSimulationTests {

	private static final int[] PARAMETERS = { 1, 2, 3, 4, 6 };

	private static TunerCore core() {
		return Session.active();
	}

	private static Plant plant(int run, int runs, int parameters, double correlation) {
		return new Plant(Plant.random(1000L * parameters + run), parameters, 0.1 + 0.7 * (run + 0.5) / runs,
				correlation);
	}

	/** Runs them all and says which part reached 90%. */
	private static double reached(List<Plant> plants, Function<Plant, Simulation> start) {
		List<Simulation> runs = new ArrayList<>();
		for (Plant plant : plants) {
			runs.add(start.apply(plant).run());
		}
		assertThat(runs).allSatisfy((run) -> {
			assertThat(run.longestBelow()).as("windows in a row below the start").isLessThanOrEqualTo(1);
			assertThat(run.state().trials()).as("trials").isLessThanOrEqualTo(Simulation.DECISIONS);
		});
		return runs.stream().filter((run) -> run.reached() >= 0.9).count() / (double) runs.size();
	}

	private static List<Plant> plants(int count, double correlation, int... parameters) {
		return IntStream.range(0, count)
			.mapToObj((run) -> plant(run, count, parameters[run % parameters.length], correlation))
			.toList();
	}

	private static Simulation start(Plant plant, double noise) {
		return new Simulation(plant, core(), noise, plant.start().hashCode());
	}

	@Test
	void findsTheBestInLittleNoise() {
		assertThat(reached(plants(30, 0, 1, 2, 3), (plant) -> start(plant, 0.02))).isGreaterThanOrEqualTo(0.95);
	}

	@Test
	void findsTheBestInSomeNoise() {
		assertThat(reached(plants(10, 0, PARAMETERS), (plant) -> start(plant, 0.1))).isGreaterThanOrEqualTo(0.9);
	}

	@Test
	void findsTheBestWhereThePredictorLies() {
		assertThat(reached(plants(10, 0, 1, 2, 3),
				(plant) -> new Simulation(plant,
						new TunerCore(TunerSettings.defaults().withActive(true), new Liar(plant)), 0.05,
						plant.start().hashCode())))
			.isGreaterThanOrEqualTo(0.95);
	}

	/** Three trials across the ridge leave no promise of anything along it. */
	@Test
	void triesPairsOfWhichNothingIsPromised() {
		assertThat(start(plant(75, 100, 2, 0.8), 0.2).run().reached()).isGreaterThanOrEqualTo(0.9);
	}

	@ParameterizedTest
	@Tag("slow")
	@CsvSource({ "0.02, 0.95", "0.05, 0.95", "0.1, 0.95", "0.2, 0.95" })
	void findsTheBest(double noise, double share) {
		assertThat(reached(plants(200, 0, PARAMETERS), (plant) -> start(plant, noise))).isGreaterThanOrEqualTo(share);
	}

	@ParameterizedTest
	@Tag("slow")
	@CsvSource({ "0.02, 0.95", "0.05, 0.95", "0.1, 0.95", "0.2, 0.95" })
	void findsTheBestWhileTheLoadDrifts(double noise, double share) {
		assertThat(reached(plants(100, 0, PARAMETERS),
				(plant) -> start(plant, noise).load((window) -> 1 + 0.5 * Math.sin(window * 2 * Math.PI / 1440))))
			.isGreaterThanOrEqualTo(share);
	}

	@ParameterizedTest
	@Tag("slow")
	@CsvSource({ "0.02, 0.95", "0.05, 0.95", "0.1, 0.95", "0.2, 0.95" })
	void findsTheBestWhileTheLoadDoublesAndHalves(double noise, double share) {
		assertThat(reached(plants(100, 0, PARAMETERS),
				(plant) -> start(plant, noise).load((window) -> ((int) window / 400 % 2 == 0) ? 1 : 2)))
			.isGreaterThanOrEqualTo(share);
	}

	@ParameterizedTest
	@Tag("slow")
	@CsvSource({ "0.02, 0.95", "0.05, 0.95", "0.1, 0.95", "0.2, 0.95" })
	void findsTheBestWhereThePredictorAlwaysLies(double noise, double share) {
		assertThat(reached(plants(100, 0, PARAMETERS),
				(plant) -> new Simulation(plant,
						new TunerCore(TunerSettings.defaults().withActive(true), new Liar(plant)), noise,
						plant.start().hashCode())))
			.isGreaterThanOrEqualTo(share);
	}

	@ParameterizedTest
	@Tag("slow")
	@CsvSource({ "0.02, 0.95", "0.05, 0.95", "0.1, 0.95", "0.2, 0.95" })
	void findsTheBestWhereEffectsAreDelayed(double noise, double share) {
		assertThat(reached(plants(100, 0, PARAMETERS), (plant) -> start(plant, noise).lag(0.2)))
			.isGreaterThanOrEqualTo(share);
	}

	@ParameterizedTest
	@Tag("slow")
	@CsvSource({ "0.5, 0.02, 0.95", "0.5, 0.05, 0.95", "0.5, 0.1, 0.95", "0.5, 0.2, 0.95", "0.8, 0.02, 0.95",
			"0.8, 0.05, 0.95", "0.8, 0.1, 0.95", "0.8, 0.2, 0.95" })
	void findsTheBestOfParametersThatBelongTogether(double correlation, double noise, double share) {
		assertThat(reached(plants(100, correlation, 2, 3, 4), (plant) -> start(plant, noise)))
			.isGreaterThanOrEqualTo(share);
	}

	@ParameterizedTest
	@Tag("slow")
	@CsvSource({ "0.02, 0.92", "0.05, 0.91", "0.1, 0.91", "0.2, 0.8" })
	void findsTheBestAnewAfterAnotherLoadHasCome(double noise, double share) {
		int good = 0;
		List<Plant> plants = plants(100, 0, PARAMETERS);
		for (int i = 0; i < plants.size(); i++) {
			Simulation run = start(plants.get(i), noise).run();
			plants.get(i).shift(Plant.random(i));
			run.rebase().run();
			assertThat(run.longestBelow()).isLessThanOrEqualTo(1);
			good += (run.reached() >= 0.9) ? 1 : 0;
		}
		assertThat(good).isGreaterThanOrEqualTo((int) (share * plants.size()));
	}

}
