package dev.wasmsandbox.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LatencyHistogramTests {

	private final LatencyHistogram histogram = new LatencyHistogram(4);

	@Test
	void nothingIsNothing() {
		assertThat(this.histogram.summary()).isEqualTo(LatencySummary.NONE);
		this.histogram.endSlice();
		assertThat(this.histogram.summary()).isEqualTo(LatencySummary.NONE);
	}

	@Test
	void percentilesAreTrueToThreePercent() {
		Random random = new Random(1);
		long[] values = random.longs(20_000).map((_) -> (long) Math.exp(6 + 3 * random.nextGaussian()) + 300).toArray();
		Arrays.stream(values).forEach(this.histogram::record);
		Arrays.sort(values);
		LatencySummary summary = this.histogram.summary();
		Percentage close = Percentage.withPercentage(3.3);
		assertThat(summary.samples()).isEqualTo(values.length);
		assertThat(summary.p50()).isCloseTo(values[9_999], close);
		assertThat(summary.p95()).isCloseTo(values[18_999], close);
		assertThat(summary.p99()).isCloseTo(values[19_799], close);
		assertThat(summary.max()).isCloseTo(values[19_999], close);
		assertThat(summary.mean()).isCloseTo(Arrays.stream(values).average().orElseThrow(), close);
	}

	@Test
	void whatIsOlderThanTheWindowIsForgotten() {
		this.histogram.record(1_000_000);
		for (int i = 0; i < 4; i++) {
			this.histogram.endSlice();
			assertThat(this.histogram.summary().samples()).isEqualTo(1);
		}
		this.histogram.record(500);
		assertThat(this.histogram.summary().samples()).isEqualTo(2);
		this.histogram.endSlice();
		assertThat(this.histogram.summary().samples()).isEqualTo(1);
		assertThat(this.histogram.summary().max()).isLessThan(1_000);
	}

	@Test
	void valuesBeyondItsBoundsCountAsTheBounds() {
		this.histogram.record(-5);
		this.histogram.record(Long.MAX_VALUE);
		assertThat(this.histogram.summary().samples()).isEqualTo(2);
		assertThat(this.histogram.summary().p50()).isLessThan(8);
		assertThat(this.histogram.summary().max()).isGreaterThan(3_500_000_000_000L);
	}

	@Test
	void severalTogetherAreAsOne() {
		LatencyHistogram other = new LatencyHistogram(4);
		this.histogram.record(1_000);
		other.record(2_000);
		other.record(3_000);
		other.endSlice();
		LatencySummary both = LatencyHistogram.summary(List.of(this.histogram, other));
		assertThat(both.samples()).isEqualTo(3);
		assertThat(both.p50()).isCloseTo(2_000, Percentage.withPercentage(3.3));
		assertThat(LatencyHistogram.lastSlices(List.of(this.histogram, other)).samples()).isEqualTo(2);
	}

	@Test
	void nothingIsLostWhileSlicesEnd() throws Exception {
		LatencyHistogram long4 = new LatencyHistogram(1_000);
		AtomicLong recorded = new AtomicLong();
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			threads.add(Thread.ofPlatform().start(() -> {
				for (int j = 0; j < 50_000; j++) {
					long4.record(j);
					recorded.incrementAndGet();
				}
			}));
		}
		for (int i = 0; i < 900 && threads.stream().anyMatch(Thread::isAlive); i++) {
			long4.endSlice();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(long4.summary().samples()).isEqualTo(recorded.get()).isEqualTo(200_000);
	}

	@Test
	void resetForgetsAll() {
		this.histogram.record(10);
		this.histogram.endSlice();
		this.histogram.record(10);
		this.histogram.reset();
		assertThat(this.histogram.summary()).isEqualTo(LatencySummary.NONE);
		this.histogram.record(10);
		assertThat(this.histogram.summary().samples()).isEqualTo(1);
	}

	@Test
	void countsBelowBoundsOfBucketsAreExactAndNeverTakenBack() {
		long[] bounds = { 1024, 1280, 1_048_576, 2_147_483_648L };
		for (long value : new long[] { 5, 1023, 1024, 1279, 1280, 1_000_000, 1_048_575, 1_048_576, 5_000_000_000L }) {
			this.histogram.record(value);
		}
		assertThat(this.histogram.countsBelow(bounds)).containsExactly(2, 4, 7, 8, 9);
		this.histogram.endSlice();
		this.histogram.reset();
		this.histogram.record(1);
		assertThat(this.histogram.countsBelow(bounds)).containsExactly(3, 5, 8, 9, 10);
		assertThat(this.histogram.recorded()).isEqualTo(10);
		assertThat(new LatencyHistogram(2).countsBelow(bounds)).containsOnly(0);
	}

	@Test
	void percentilesAreOfTheWindowOnly() {
		assertThat(this.histogram.percentiles(new double[] { 0.5 })).isEmpty();
		for (int i = 1; i <= 100; i++) {
			this.histogram.record(i * 1_000_000L);
		}
		assertThat(this.histogram.percentiles(new double[] { 0, 0.5, 0.99, 1 })).satisfies((values) -> {
			assertThat(values[0]).isCloseTo(1e6, Percentage.withPercentage(3.3));
			assertThat(values[1]).isCloseTo(50e6, Percentage.withPercentage(3.3));
			assertThat(values[2]).isCloseTo(99e6, Percentage.withPercentage(3.3));
			assertThat(values[3]).isCloseTo(100e6, Percentage.withPercentage(3.3));
		});
		for (int i = 0; i < 5; i++) {
			this.histogram.endSlice();
		}
		assertThat(this.histogram.percentiles(new double[] { 0.5 })).isEmpty();
	}

}
