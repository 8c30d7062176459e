package dev.wasmsandbox.tuning;

import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.wasmsandbox.observe.Tunable.Risk;
import dev.wasmsandbox.observe.TuningRange;
import dev.wasmsandbox.tuning.TunerDecision.Advise;
import dev.wasmsandbox.tuning.TunerDecision.Trial;
import dev.wasmsandbox.tuning.WindowSample.Hint;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is not tried, or later, because something is known of it. */
class UselessValuesTests {

	private static final TuningRange RANGE = TuningRange.steps(1, 2, 4, 8, 16);

	private static Parameter parameter(String id, String... together) {
		return new Parameter(id, RANGE, Risk.LOW, Set.of(together), false);
	}

	private static Session flat(List<Hint> hints, Parameter... parameters) {
		Session session = new Session(Session.active(), List.of(parameters), Map.of("size", 4.0, "ready", 4.0),
				(_) -> 1000);
		session.hints = hints;
		return session;
	}

	private static List<Hint> useless(String id, double... values) {
		return java.util.stream.DoubleStream.of(values)
			.mapToObj((value) -> new Hint(id, value, 0, 0, "It takes 0.1% of the time"))
			.toList();
	}

	@Test
	void aParameterThatCanGainNothingIsLeftAlone() {
		Session session = flat(useless("size", 1, 2, 8, 16), parameter("size"));
		session.windows(300);
		assertThat(session.configurations).extracting((configuration) -> configuration.get("size")).containsOnly(4.0);
		assertThat(session.decisions.getLast().reason()).isNotEmpty();
		assertThat(session.decisions).extracting(TunerDecision::reason)
			.contains("What may be changed would gain nothing: It takes 0.1% of the time");
		// It was the hints.
		session.hints = List.of();
		assertThat(session.until(Trial.class)).isNotNull();
	}

	@Test
	void onlyTheValuesThatCanGainNothingAreLeftOut() {
		Session session = flat(useless("size", 8, 16), parameter("size"));
		session.windows(600);
		assertThat(session.configurations).extracting((configuration) -> configuration.get("size"))
			.contains(2.0)
			.doesNotContain(8.0, 16.0);
	}

	/** What cannot gain by itself is no part of a pair either. */
	@Test
	void noPairHasAUselessMember() {
		Session session = flat(useless("ready", 1, 2, 8, 16), parameter("size", "ready"), parameter("ready", "size"));
		session.windows(600);
		assertThat(session.configurations).extracting((configuration) -> configuration.get("ready")).containsOnly(4.0);
		assertThat(session.configurations).extracting((configuration) -> configuration.get("size")).contains(8.0);
	}

	/**
	 * An unknown parameter could gain more than a fifth, but nothing says that it does.
	 */
	@Test
	void whatIsExpectedToGainIsTriedBeforeAnythingIsExplored() {
		Session session = flat(List.of(new Hint("size", 8, 0.1, 0.03, "Callers wait")), parameter("ready"),
				parameter("size"));
		Trial first = session.until(Trial.class);
		assertThat(first.proposal().exploration()).isFalse();
		assertThat(first.proposal().move().changes()).containsOnlyKeys("size");
		Trial second = session.until(Trial.class);
		assertThat(second.proposal().exploration()).isTrue();
	}

	/**
	 * For a model would conclude from one parameter on those it belongs together with.
	 */
	@Test
	void thatNothingIsGainedSaysNothingOfOthers() {
		Session told = flat(useless("ready", 1, 2, 8, 16), parameter("size", "ready"), parameter("ready", "size"));
		Session untold = flat(List.of(), parameter("size", "ready"), parameter("ready", "size"));
		Trial with = told.until(Trial.class);
		Trial without = untold.until(Trial.class);
		assertThat(with.proposal().prediction().high()).isBetween(0.5 * without.proposal().prediction().high(),
				without.proposal().prediction().high());
	}

	/** A large gain whose doubt is in proportion is no doubtful one. */
	@Test
	void whatSurelyGainsIsAdvisedHoweverUncertainHowMuch() {
		Session session = new Session(new TunerCore(TunerSettings.defaults()), List.of(parameter("size")),
				Map.of("size", 1.0), (_) -> 1000);
		session.hints = List.of(new Hint("size", 2, 1, 0.6, "Callers wait"),
				new Hint("size", 4, 1.5, 0.9, "Callers wait"));
		Advise advise = session.until(Advise.class);
		assertThat(advise.proposal().prediction().probability()).isGreaterThan(0.8);
		assertThat(advise.reason()).containsOnlyOnce("Callers wait");
	}

	@Test
	void theCoolDownIsOnlyMadeLonger() {
		TunerSettings settings = TunerSettings.defaults();
		assertThat(settings.atLeastCoolDown(3)).isSameAs(settings);
		assertThat(settings.atLeastCoolDown(40).coolDown()).isEqualTo(40);
		assertThat(settings.atLeastCoolDown(40).atLeastCoolDown(4).coolDown()).isEqualTo(40);
	}

}
