package dev.wasmsandbox.benchmarks.harness;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class DerivedTest {

	private static final FigureSpec SPEC = FigureSpec.ratio("all", "peer");

	private static final List<String> IDS = List.of("a", "b");

	private static final Map<String, List<ForkResult>> FORKS = Map.of("a",
			List.of(fork("a", 1, 2, 30), fork("a", 8), fork("a", 4)), "b",
			List.of(fork("b", 8), fork("b", 2), fork("b", 25)));

	@Test
	void meansForkByFork() {
		Figure figure = new Derived(SPEC, IDS, Derived.Rule.GEOMETRIC_MEAN).join(FORKS);
		// 4, 4 and 10
		assertThat(figure).isEqualTo(new Figure("all", 4.0, "x", List.of(4.0, 8.8), "peer", null));
	}

	@Test
	void findsTheLeastFigureWithItsSpread() {
		Figure figure = new Derived(SPEC, IDS, Derived.Rule.LEAST).join(FORKS);
		Figure a = Forks.join(FigureSpec.ratio("a", "peer"), FORKS.getOrDefault("a", List.of()));
		assertThat(a.value()).isEqualTo(4);
		assertThat(figure).isEqualTo(new Figure("all", 4.0, "x", a.spread(), "peer", null));
	}

	@Test
	void hasNoValueWhereOneIsMissing() {
		for (Derived.Rule rule : Derived.Rule.values()) {
			Figure figure = new Derived(SPEC, IDS, rule).join(Map.of("a", List.of(fork("a", 1)), "b",
					List.of(new ForkResult(Map.of(), Map.of("b", "no compiler")))));
			assertThat(figure).isEqualTo(new Figure("all", null, "x", null, "peer", "b: no compiler"));
		}
	}

	@Test
	void followsFromSomething() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Derived(SPEC, List.of(), Derived.Rule.LEAST));
	}

	private static ForkResult fork(String id, double... samples) {
		return new ForkResult(Map.of(id, Samples.of(samples).stream().boxed().toList()), Map.of());
	}

}
