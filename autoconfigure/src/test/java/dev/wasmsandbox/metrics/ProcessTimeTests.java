package dev.wasmsandbox.metrics;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Processors that the process kept busy, by clocks that the test sets. */
class ProcessTimeTests {

	private static final long SECOND = 1_000_000_000;

	private long used = 7 * SECOND;

	private long now = -SECOND;

	private final ProcessTime time = new ProcessTime(() -> this.used, () -> this.now);

	@Test
	void whatWasUsedByTheTimeThatPassed() {
		assertThat(this.time.busy()).as("nothing was read").isInfinite();
		this.time.read();
		assertThat(this.time.busy()).as("no time has passed").isInfinite();
		this.now += 4 * SECOND;
		this.used += SECOND;
		assertThat(this.time.busy()).isCloseTo(0.25, within(1e-9));
	}

	@Test
	void itForgetsAsWindowsDo() {
		for (int slice = 0; slice <= MetricsSettings.SLICES; slice++) {
			this.time.read();
			this.now += SECOND;
			this.used += 2 * SECOND;
		}
		for (int slice = 0; slice <= MetricsSettings.SLICES; slice++) {
			this.time.read();
			this.now += SECOND;
		}
		assertThat(this.time.busy()).isZero();
	}

	@Test
	void whereItIsNotKnownThereIsNoBound() {
		this.used = -1;
		this.time.read();
		this.now += 60 * SECOND;
		assertThat(this.time.busy()).isInfinite();
	}

	@Test
	void theProcessUsesSome() {
		ProcessTime real = new ProcessTime();
		real.read();
		long begun = System.nanoTime();
		while (System.nanoTime() - begun < SECOND / 5) {
			Thread.onSpinWait();
		}
		assertThat(real.busy()).isPositive().isLessThanOrEqualTo(2.0 * Runtime.getRuntime().availableProcessors());
	}

}
