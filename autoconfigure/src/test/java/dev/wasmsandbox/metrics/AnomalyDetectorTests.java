package dev.wasmsandbox.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.wasmsandbox.metrics.Anomaly.Figure;
import dev.wasmsandbox.metrics.AnomalyDetector.Observation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A day is 1,440 windows of a minute; nothing here waits. */
class AnomalyDetectorTests {

	private static final int DAY = 1_440;

	/** What happens to the module, from which window on. */
	private record Planted(int from, Figure figure) {
	}

	/** An anomaly and the window it was told in. */
	private record Told(int window, Anomaly anomaly) {
	}

	private static final List<Planted> PLANTED = List.of(new Planted(240, Figure.RATE),
			new Planted(360, Figure.LATENCY_P50), new Planted(540, Figure.ERROR_RATE),
			new Planted(600, Figure.ERROR_RATE), new Planted(720, Figure.RATE), new Planted(960, Figure.MEMORY));

	/** Each planted change is told once, in each of so many seeded days. */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })
	void plantedChangesAreFoundWithinFiveWindowsAndLittleElse(long seed) {
		List<Told> told = day(new Random(seed), true);
		List<Told> rest = new ArrayList<>(told);
		for (Planted planted : PLANTED) {
			List<Told> found = told.stream()
				.filter((one) -> one.window() >= planted.from() && one.window() < planted.from() + 5
						&& one.anomaly().figure() == planted.figure())
				.toList();
			assertThat(found).as("%s in %s", planted, told).hasSize(1);
		}
		// What the same cause does to other figures at the same time is no false alarm,
		// and what changes goes on to change: a leak is told again at its new level.
		rest.removeIf((one) -> PLANTED.stream()
			.anyMatch((planted) -> one.window() >= planted.from() && one.window() < planted.from() + 10));
		rest.removeIf((one) -> one.anomaly().figure() == Figure.MEMORY && one.window() >= 960);
		assertThat(rest).hasSizeLessThanOrEqualTo(1);
	}

	@Test
	void quietDaysAreQuiet() {
		int alarms = 0;
		for (int seed = 0; seed < 50; seed++) {
			List<Told> told = day(new Random(1_000 + seed), false);
			assertThat(told).as("day %d", seed).hasSizeLessThanOrEqualTo(1);
			alarms += told.size();
		}
		assertThat(alarms).isLessThanOrEqualTo(25);
	}

	/** A change is told once, not in every window it lasts. */
	@Test
	void aChangeThatStaysIsToldOnce() {
		AnomalyDetector detector = new AnomalyDetector();
		Random random = new Random(7);
		int told = 0;
		for (int i = 0; i < 400; i++) {
			double level = (i < 100) ? 1e6 : 3e6;
			told += detector.next(List.of(observation(100, 0, level * noise(random, 0.05), 64e6))).size();
		}
		// p50 and p95 of the same calls.
		assertThat(told).isEqualTo(2);
	}

	@Test
	void anOutlierIsNoChange() {
		AnomalyDetector detector = new AnomalyDetector();
		for (int i = 0; i < 200; i++) {
			double rate = (i % 50 == 49) ? 10_000 : 100;
			assertThat(detector.next(List.of(observation(rate, 0, 1e6, 64e6)))).isEmpty();
		}
	}

	/** Pages of idle sandboxes are given back, and modules are called after a while. */
	@Test
	void lessMemoryAndTheFirstCallsOfAnIdleModuleAreNoAnomalies() {
		AnomalyDetector detector = new AnomalyDetector();
		List<Anomaly> told = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			told.addAll(detector.next(List.of(observation((i < 100) ? 0 : 300, 0, 1e6, (i < 50) ? 64e6 : 16e6))));
		}
		assertThat(told).isEmpty();
		for (int i = 0; i < 100; i++) {
			told.addAll(detector.next(List.of(observation(0, 0, 1e6, 16e6))));
		}
		assertThat(told).extracting(Anomaly::figure).containsExactly(Figure.RATE);
		assertThat(told.getFirst().now()).as("where it is now, not on the way there").isZero();
	}

	/** Each step is small, all together are not. */
	@Test
	void aSlowLeakOfASmallModuleIsToldOnceItIsLarge() {
		AnomalyDetector detector = new AnomalyDetector();
		List<Anomaly> told = new ArrayList<>();
		for (int i = 0; i < 2_000 && told.isEmpty(); i++) {
			told.addAll(detector.next(List.of(observation(100, 0, 1e6, 100_000 + 1_000.0 * i))));
		}
		assertThat(told).singleElement().satisfies((one) -> {
			assertThat(one.figure()).isEqualTo(Figure.MEMORY);
			assertThat(one.now()).isGreaterThan(1 << 20);
		});
	}

	@Test
	void aModuleThatIsGoneIsForgotten() {
		AnomalyDetector detector = new AnomalyDetector();
		for (int i = 0; i < 100; i++) {
			detector.next(List.of(observation(100, 0, 1e6, 64e6)));
		}
		detector.next(List.of());
		for (int i = 0; i < 20; i++) {
			assertThat(detector.next(List.of(observation(900, 0, 1e6, 64e6)))).isEmpty();
		}
	}

	@Test
	void fewCallsSayNothingAboutTimesAndErrors() {
		AnomalyDetector detector = new AnomalyDetector();
		for (int i = 0; i < 200; i++) {
			boolean odd = i > 100;
			Observation few = new Observation("m", 10, 1, odd ? 0.9 : 0, odd ? 1e9 : 1e6, odd ? 1e9 : 1e6, 10, 64e6);
			assertThat(detector.next(List.of(few))).isEmpty();
		}
	}

	/**
	 * A day with its tide of load: at 4:00 a client doubles it, at 6:00 a deploy makes
	 * calls slower by half, at 9:00 every fifth call fails for an hour, at 12:00 the
	 * client is gone, and from 16:00 on memory leaks by 3% a minute.
	 */
	private static List<Told> day(Random random, boolean planted) {
		AnomalyDetector detector = new AnomalyDetector();
		List<Told> told = new ArrayList<>();
		for (int minute = 0; minute < DAY; minute++) {
			double rate = 100 * (1 + 0.4 * Math.sin(2 * Math.PI * minute / DAY));
			double latency = 2e6;
			double errors = 0.005;
			double memory = 64e6;
			if (planted) {
				rate *= (minute >= 240 && minute < 720) ? 2 : 1;
				latency *= (minute >= 360) ? 1.5 : 1;
				errors += (minute >= 540 && minute < 600) ? 0.2 : 0;
				memory *= (minute >= 960) ? 1 + 0.03 * (minute - 959) : 1;
			}
			double calls = rate * 60;
			double failed = Math.max(0, errors * calls + random.nextGaussian() * Math.sqrt(errors * calls));
			Observation window = observation(rate * noise(random, 0.05), failed / calls, latency * noise(random, 0.05),
					memory * noise(random, 0.01));
			for (Anomaly anomaly : detector.next(List.of(window))) {
				told.add(new Told(minute, anomaly));
			}
		}
		return told;
	}

	private static double noise(Random random, double deviation) {
		return 1 + random.nextGaussian() * deviation;
	}

	private static Observation observation(double rate, double errors, double latency, double memory) {
		long calls = Math.round(rate * 60);
		return new Observation("m", calls, rate, errors, latency, 2 * latency, calls, memory);
	}

}
