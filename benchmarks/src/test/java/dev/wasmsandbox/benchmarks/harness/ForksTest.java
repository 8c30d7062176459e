package dev.wasmsandbox.benchmarks.harness;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ForksTest {

	private static final Measurement TWO = Measurement.of((effort, recorder) -> {
		recorder.record("a", Samples.of(1, 2, 3));
		throw new IllegalStateException("no b here");
	}, FigureSpec.absolute("a", "us"), FigureSpec.ratio("b", "peer"));

	@Test
	void countsEveryForkTheSame() {
		Figure figure = Forks.join(TWO, List.of(fork(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), fork(4.00004, 4.00004), fork(9)))
			.getFirst();
		assertThat(figure).isEqualTo(new Figure("a", 4.0, "us", List.of(1.0, 4.0), null, null));
	}

	@Test
	void givesNoValueWhereOneForkHasNone() {
		Figure figure = Forks.join(TWO, List.of(fork(1), ForkResult.failed(TWO, "it broke"))).getFirst();
		assertThat(figure).isEqualTo(new Figure("a", null, "us", null, null, "it broke"));
	}

	@Test
	void keepsWhatWasMeasuredBeforeAFailure() {
		ForkResult result = ForkResult.measure(TWO, Effort.least());
		assertThat(result.samples()).isEqualTo(Map.of("a", List.of(1.0, 2.0, 3.0)));
		assertThat(result.reasons()).isEqualTo(Map.of("b", "no b here"));
	}

	@Test
	void refusesFiguresThatWereNotPromised() {
		Measurement wrong = Measurement.of((effort, recorder) -> recorder.record("c", Samples.of(1)),
				FigureSpec.absolute("a", "us"));
		assertThat(ForkResult.measure(wrong, Effort.least()).reasons())
			.isEqualTo(Map.of("a", "No figure 'c' was promised, but [a]"));
	}

	@Test
	void noticesFiguresThatWereForgotten() {
		Measurement wrong = Measurement.of((effort, recorder) -> {
		}, FigureSpec.absolute("a", "us"));
		assertThat(ForkResult.measure(wrong, Effort.least()).reasons())
			.isEqualTo(Map.of("a", "the benchmark did not record it"));
	}

	private static ForkResult fork(double... samples) {
		return new ForkResult(Map.of("a", Samples.of(samples).stream().boxed().toList()), Map.of());
	}

}
