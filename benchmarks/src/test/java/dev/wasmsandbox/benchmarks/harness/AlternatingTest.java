package dev.wasmsandbox.benchmarks.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class AlternatingTest {

	private static final Effort THREE_SAMPLES = new Effort(true, 1, Duration.ofSeconds(1), Duration.ofSeconds(1),
			Duration.ZERO, 3, Duration.ofNanos(1));

	/** Stands still unless a batch moves it. */
	private final AtomicLong time = new AtomicLong();

	private final List<String> order = new ArrayList<>();

	@Test
	void takesTurnsAndPairsNeighbours() throws Exception {
		Alternating.Comparison result = Alternating.compare(THREE_SAMPLES, this.time::get, work("a", 10, 20),
				work("b", 10, 50));
		assertThat(this.order).containsExactly("a", "b", "a", "b", "a", "b", "a", "b");
		assertThat(result.ours().stream()).containsExactly(2.0, 2.0, 2.0);
		assertThat(result.other().stream()).containsExactly(5.0, 5.0, 5.0);
		assertThat(result.otherOverOurs().median()).isEqualTo(2.5);
		assertThat(result.oursOverOther().median()).isEqualTo(0.4);
	}

	@Test
	void countsEachSideWithItsOwnClock() throws Exception {
		Samples[] samples = Alternating.inTurns(THREE_SAMPLES,
				List.of(new Alternating.Side(this.time::get, work("a", 10, 20)),
						new Alternating.Side(() -> this.time.get() * 3, work("b", 10, 20)),
						new Alternating.Side(this.time::get, work("c", 1, 20))));
		assertThat(this.order).startsWith("a", "b", "c", "a", "b", "c").hasSize(12);
		assertThat(samples).extracting(Samples::median).containsExactly(2.0, 6.0, 20.0);
	}

	@Test
	void makesSamplesAsLongAsWanted() throws Exception {
		Effort effort = new Effort(true, 1, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO, 1,
				Duration.ofNanos(1000));
		assertThat(Alternating.alone(effort, this.time::get, work("a", 1, 100)).median()).isEqualTo(100);
		assertThat(this.order).hasSize(1 + 10);
	}

	@Test
	void stopsAtAWrongAnswer() {
		Work wrong = Work.summing("two", 2, (number) -> number, (number) -> number + 1);
		assertThatIllegalStateException().isThrownBy(() -> Alternating.alone(THREE_SAMPLES, CpuClock.thread(), wrong))
			.withMessage("two answered 3 where 1 is right");
	}

	@Test
	void clocksRunWhileWeWork() {
		for (CpuClock clock : List.of(CpuClock.thread(), CpuClock.process())) {
			long started = clock.nanos();
			int rounds = 0;
			do {
				rounds++;
			}
			while (clock.nanos() - started < 1_000_000);
			assertThat(rounds).isPositive();
		}
	}

	private Work work(String label, int operations, long nanos) {
		return new Work(label, operations, 0, () -> {
			this.order.add(label);
			this.time.addAndGet(nanos);
			return 0;
		});
	}

}
