package dev.wasmsandbox.tuning;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.wasmsandbox.observe.Tunable.Risk;
import dev.wasmsandbox.observe.TuningRange;
import dev.wasmsandbox.tuning.TrialResult.Verdict;
import dev.wasmsandbox.tuning.TunerDecision.Advise;
import dev.wasmsandbox.tuning.TunerDecision.Continue;
import dev.wasmsandbox.tuning.TunerDecision.Keep;
import dev.wasmsandbox.tuning.TunerDecision.RollBack;
import dev.wasmsandbox.tuning.TunerDecision.Trial;
import dev.wasmsandbox.tuning.TunerDecision.Wait;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What the core decides in situations that can be told in a sentence. */
class TunerCoreTests {

	private static final Parameter SIZE = parameter("size", Risk.LOW, false);

	private static Parameter parameter(String id, Risk risk, boolean pinned) {
		return new Parameter(id, TuningRange.multiplicative(1, 256, 2), risk, Set.of(), pinned);
	}

	/** Twice the size is 30% more. */
	private static double better(Map<String, Double> configuration) {
		return 1000 * Math.pow(1.3, Math.log(configuration.getOrDefault("size", 1.0)) / Math.log(2));
	}

	private static double flat(Map<String, Double> configuration) {
		return 1000;
	}

	private static Session climbing() {
		return new Session(Session.active(), List.of(SIZE), Map.of("size", 4.0), TunerCoreTests::better);
	}

	@Test
	void measuresTheNoiseBeforeItTriesAnything() {
		Session session = climbing();
		session.until(Trial.class);
		assertThat(session.decisions.subList(0, 15)).allMatch(Wait.class::isInstance)
			.anyMatch((decision) -> decision.reason().startsWith("Measures the noise"));
		assertThat(session.configurations).allMatch(Map.of("size", 4.0)::equals);
	}

	@Test
	void keepsWhatIsProvedToGain() {
		Session session = climbing();
		Trial trial = session.until(Trial.class);
		assertThat(trial.proposal().prediction().expectedImprovement()).isGreaterThan(0.05);
		Keep keep = (Keep) session.until((decision) -> decision instanceof Keep kept
				&& kept.result().proposal().move().to().getOrDefault("size", 0.0) > 4);
		assertThat(keep.result().evidence().low()).isPositive();
		assertThat(keep.result().evidence().error()).isLessThanOrEqualTo(0.005);
		assertThat(keep.configuration()).isEqualTo(keep.result().proposal().move().to());
		assertThat(session.state.proven()).isEqualTo(keep.configuration());
		session.until((decision) -> session.state.proven().equals(Map.of("size", 256.0)));
	}

	@Test
	void newValuesAreNeverActiveTwiceInARowBeforeTheyAreProved() {
		Session session = climbing();
		session.until(Keep.class);
		Map<String, Double> proven = Map.of("size", 4.0);
		int row = 0;
		for (int i = 0; i < session.configurations.size(); i++) {
			row = session.configurations.get(i).equals(proven) ? 0 : row + 1;
			boolean proved = i > 0 && session.decisions.get(i - 1) instanceof Continue going
					&& going.evidence().low() > 0;
			assertThat(row).isLessThanOrEqualTo(proved ? 3 : 1);
		}
		assertThat(row).isEqualTo(0);
	}

	@Test
	void rollsBackAtOnceWhatIsMuchWorse() {
		Session session = new Session(Session.active(), List.of(SIZE), Map.of("size", 4.0),
				(configuration) -> configuration.equals(Map.of("size", 4.0)) ? 1000 : 500);
		session.until(Trial.class);
		RollBack rollBack = session.until(RollBack.class);
		assertThat(rollBack.result().verdict()).isEqualTo(Verdict.REGRESSED);
		assertThat(rollBack.result().evidence().gain()).isBetween(-0.55, -0.45);
		assertThat(rollBack.configuration()).isEqualTo(Map.of("size", 4.0));
		assertThat(session.configurations.stream().filter((one) -> !one.equals(Map.of("size", 4.0)))).hasSize(1);
	}

	@Test
	void aMoveThatFailedIsNotMadeAgainUntilTheLoadIsAnother() {
		Session session = new Session(Session.active(), List.of(SIZE), Map.of("size", 4.0),
				(configuration) -> configuration.equals(Map.of("size", 4.0)) ? 1000 : 900);
		session.windows(600);
		List<Move> failed = session.state.history().stream().map((result) -> result.proposal().move()).toList();
		assertThat(failed).isNotEmpty().doesNotHaveDuplicates();
		assertThat(session.state.rejections()).hasSameSizeAs(failed);
		session.score = (configuration) -> configuration.equals(Map.of("size", 4.0)) ? 3000 : 2700;
		session.until((decision) -> decision.reason().contains("load"));
		assertThat(session.state.rejections()).isEmpty();
		assertThat(session.until(Trial.class)).isNotNull();
	}

	@Test
	void aShiftOfTheLoadOnlyBeginsTheBlockAnew() {
		Session session = climbing();
		session.until(Trial.class);
		session.score = (configuration) -> better(configuration) * 5;
		TunerDecision decision = session.until((one) -> one.reason().contains("load"));
		assertThat(decision).isInstanceOf(Continue.class);
		assertThat(decision.configuration()).isEqualTo(Map.of("size", 4.0));
		TunerDecision last = session.until((one) -> one instanceof Keep || one instanceof RollBack);
		assertThat(session.state.history()).hasSize(1);
		assertThat(session.state.history().getFirst().evidence().gain()).isBetween(-0.5, 1.0);
		assertThat(last.reason()).isNotEmpty();
	}

	@Test
	void windowsWithoutLoadCountForNothing() {
		Session session = climbing();
		session.operations = 5;
		session.windows(100);
		assertThat(session.decisions).allMatch((decision) -> decision.reason().contains("5 operations"));
		assertThat(session.state.noise()).isEmpty();
		session.operations = 10_000;
		session.until((decision) -> !decision.configuration().equals(Map.of("size", 4.0)));
		session.operations = 5;
		assertThat(session.window().configuration()).isEqualTo(Map.of("size", 4.0));
		assertThat(session.state.trial()).isNotNull();
		session.windows(6000);
		assertThat(session.state.history().getLast().verdict()).isEqualTo(Verdict.ABANDONED);
		assertThat(session.state.history().getLast().evidence().blocks()).isZero();
	}

	@Test
	void valuesWithWhichNothingIsServedArePutBackForGood() {
		Session session = climbing();
		session.until(Trial.class);
		TunerDecision decision = session.window();
		while (!(decision instanceof RollBack)) {
			session.operations = session.active.equals(Map.of("size", 4.0)) ? 10_000 : 5;
			decision = session.window();
		}
		RollBack rollBack = (RollBack) decision;
		assertThat(rollBack.result().verdict()).isEqualTo(Verdict.REGRESSED);
		assertThat(rollBack.reason()).contains("no window with it counted");
		assertThat(session.configurations.stream().filter((one) -> !one.equals(Map.of("size", 4.0)))).hasSize(3);
		assertThat(session.state.rejections()).hasSize(1);
	}

	@Test
	void nothingIsTriedThatIsPinnedOrHasAHighRisk() {
		Session session = new Session(Session.active(),
				List.of(parameter("size", Risk.LOW, true), parameter("other", Risk.HIGH, false)),
				Map.of("size", 4.0, "other", 4.0), TunerCoreTests::better);
		session.windows(200);
		assertThat(session.decisions).allMatch(Wait.class::isInstance);
	}

	@Test
	void aPinInATrialRollsItBack() {
		Session session = climbing();
		session.until(Trial.class);
		session.parameters = List.of(parameter("size", Risk.LOW, true));
		RollBack rollBack = session.until(RollBack.class);
		assertThat(rollBack.result().verdict()).isEqualTo(Verdict.ABANDONED);
		assertThat(rollBack.configuration()).isEqualTo(Map.of("size", 4.0));
	}

	@Test
	void aValueThatSomebodyElseSetsIsTheNewStart() {
		Session session = climbing();
		session.until((decision) -> !decision.configuration().equals(Map.of("size", 4.0)));
		session.active = Map.of("size", 64.0);
		TunerDecision decision = session.window();
		assertThat(decision).isInstanceOf(RollBack.class);
		assertThat(decision.configuration()).isEqualTo(Map.of("size", 64.0));
		assertThat(session.state.proven()).isEqualTo(Map.of("size", 64.0));
	}

	@Test
	void parametersComeAndGo() {
		Session session = climbing();
		session.until(Trial.class);
		session.parameters = List.of(parameter("other", Risk.LOW, false));
		session.active = Map.of("other", 8.0);
		assertThat(session.window()).isInstanceOf(RollBack.class);
		assertThat(session.state.proven()).isEqualTo(Map.of("other", 8.0));
		session.parameters = List.of();
		session.active = Map.of();
		session.windows(100);
		assertThat(session.decisions.getLast()).isInstanceOf(Wait.class);
	}

	@Test
	void afterARestartTheProvenValuesAreBack() {
		Session session = climbing();
		session.until(Keep.class);
		Map<String, Double> proven = session.state.proven();
		session.until((decision) -> !decision.configuration().equals(proven));
		TunerState restarted = session.state.restarted();
		assertThat(restarted.proven()).isEqualTo(proven);
		assertThat(restarted.trial()).isNull();
		assertThat(restarted.trials()).isEqualTo(session.state.trials());
		assertThat(restarted.history()).isEqualTo(session.state.history());
		session.state = restarted;
		session.active = proven;
		assertThat(session.window()).isInstanceOf(Wait.class);
	}

	@Test
	void anExceptionEndsATrial() {
		Session session = climbing();
		session.until(Trial.class);
		TunerStep step = session.core.abort(session.state, "set failed");
		assertThat(step.decision()).isInstanceOf(RollBack.class);
		assertThat(step.decision().configuration()).isEqualTo(Map.of("size", 4.0));
		assertThat(step.state().trial()).isNull();
		assertThat(session.core.abort(step.state(), "switched off").decision()).isInstanceOf(Wait.class);
	}

	@Test
	void onlyAdvisesWithoutLeave() {
		Session session = new Session(new TunerCore(TunerSettings.defaults()), List.of(SIZE), Map.of("size", 4.0),
				TunerCoreTests::better);
		session.windows(100);
		assertThat(session.decisions).allMatch(Wait.class::isInstance);
		session.hints = List.of(new WindowSample.Hint("size", 16, 0.5, 0.2, "callers wait"));
		Advise advise = session.until(Advise.class);
		assertThat(advise.proposal().move().changes()).isEqualTo(new TreeMap<>(Map.of("size", 16.0)));
		assertThat(advise.proposal().prediction().probability()).isGreaterThan(0.8);
		assertThat(advise.reason()).contains("callers wait");
		assertThat(session.windows(100).configurations).allMatch(Map.of("size", 4.0)::equals);
	}

	@Test
	void theSameSamplesGiveTheSameDecisions() {
		Session one = climbing().windows(300);
		Session other = climbing().windows(300);
		assertThat(one.decisions).isEqualTo(other.decisions);
		assertThat(one.state).isEqualTo(other.state);
	}

	@Test
	void whatIsRememberedIsBounded() {
		TunerSettings eager = new TunerSettings(true, 0.001, 0.8, 0.02, 0.01, 1, 12, 0, 4, 10, 1000, 1, 8);
		Session session = new Session(new TunerCore(eager), List.of(SIZE), Map.of("size", 4.0), TunerCoreTests::flat);
		session.windows(3000);
		assertThat(session.state.trials()).isGreaterThan(20);
		assertThat(session.state.history()).hasSize(8);
		assertThat(session.state.noise()).hasSizeLessThanOrEqualTo(48);
		assertThat(session.state.rejections()).hasSizeLessThan(30);
	}

}
