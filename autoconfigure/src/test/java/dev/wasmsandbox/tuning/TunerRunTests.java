package dev.wasmsandbox.tuning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.tuning.TunerNote.Kind;
import dev.wasmsandbox.tuning.TunerStatus.Activity;
import dev.wasmsandbox.tuning.TunerStatus.Pin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** The tuner around its core, in an application that is not there. */
class TunerRunTests {

	private static final String SIZE = "m/pool.max-size";

	/** More windows than any of these runs needs. */
	private static final int LONG = 600;

	@TempDir
	private Path folder;

	private static boolean trying(TunerRun run) {
		TunerStatus.TrialStatus trial = run.status().trial();
		return trial != null && trial.trying();
	}

	private static List<Kind> kinds(TunerRun run) {
		return run.status().decisions().stream().map(TunerNote::kind).toList();
	}

	private static TunerStatus.ParameterStatus parameter(TunerRun run, String id) {
		return run.status()
			.parameters()
			.stream()
			.filter((parameter) -> parameter.id().equals(id))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void activeItKeepsWhatIsProvedToBeFaster() {
		FakeApplication application = FakeApplication.withSize(1);
		TunerRun run = application.run(application.options(TunerMode.ACTIVE));
		assertThat(application.until(run, LONG, () -> Objects.equals(parameter(run, SIZE).proven(), 8.0))).isTrue();
		assertThat(kinds(run)).contains(Kind.TRIAL, Kind.KEEP);
		assertThat(run.takeUntold()).extracting(TunerNote::kind).contains(Kind.WAIT, Kind.CONTINUE);
	}

	@Test
	void advisingItNamesTheChangeAndMakesNone() {
		FakeApplication application = FakeApplication.withSize(1);
		application.hints.add(new WindowSample.Hint(SIZE, 2, 0.5, 0.2, "callers wait"));
		TunerRun run = application.run(application.options(TunerMode.ADVISE));
		assertThat(application.until(run, LONG, () -> kinds(run).contains(Kind.ADVISE) || application.value(SIZE) != 1))
			.isTrue();
		assertThat(application.value(SIZE)).isEqualTo(1);
		assertThat(run.status().decisions().getFirst().decision()).isInstanceOfSatisfying(TunerDecision.Advise.class,
				(advise) -> assertThat(advise.proposal().move().changes()).containsKey(SIZE));
		application.until(run, 50, () -> false);
		assertThat(kinds(run)).as("the same advice is told once").containsOnlyOnce(Kind.ADVISE);
	}

	@Test
	void stoppedItPutsTheProvenValuesBackAndChangesNothingUntilItIsResumed() {
		FakeApplication application = FakeApplication.withSize(4);
		TunerRun run = application.run(application.options(TunerMode.ACTIVE));
		assertThat(application.until(run, LONG, () -> trying(run))).isTrue();
		assertThat(application.value(SIZE)).isNotEqualTo(4);
		run.stop("no more");
		assertThat(application.value(SIZE)).isEqualTo(4);
		assertThat(run.status().activity()).isEqualTo(Activity.STOPPED);
		assertThat(run.status().decisions().getFirst().kind()).isEqualTo(Kind.ROLL_BACK);
		long window = run.status().windows();
		assertThat(application.until(run, 5, () -> run.status().windows() != window)).isFalse();
		run.resume(application.now);
		assertThat(application.until(run, LONG, () -> run.status().windows() > window)).isTrue();
	}

	@Test
	void whatCannotBeSetIsPutBackAndLeftAlone() {
		FakeApplication application = FakeApplication.withSize(4);
		application.add("other", Tunable.Risk.LOW, 4);
		application.failing = SIZE;
		TunerRun run = application.run(application.options(TunerMode.ACTIVE));
		assertThat(application.until(run, LONG, () -> parameter(run, SIZE).pin() == Pin.FAILED)).isTrue();
		assertThat(parameter(run, SIZE).proven()).isEqualTo(4);
		assertThat(application.value(SIZE)).isEqualTo(4);
		assertThat(run.status().decisions().getFirst().decision().reason()).contains("there is no room");
		application.failing = "";
		application.until(run, 60, () -> false);
		assertThat(application.value(SIZE)).isEqualTo(4);
		run.unpin(SIZE);
		assertThat(application.until(run, LONG, () -> application.value(SIZE) != 4)).isTrue();
	}

	@Test
	void pinnedParametersKeepTheirValues() {
		FakeApplication application = FakeApplication.withSize(1);
		TunerRun byName = application.run(application.options(TunerMode.ACTIVE).withPinned(Set.of("pool.max-size")));
		assertThat(application.until(byName, 100, () -> application.value(SIZE) != 1)).isFalse();
		assertThat(parameter(byName, SIZE).pin()).isEqualTo(Pin.CONFIGURED);
		assertThatIllegalArgumentException().isThrownBy(() -> byName.unpin(SIZE))
			.withMessageContaining("wasm.tuner.pinned");
		TunerRun byRisk = application.run(application.options(TunerMode.ACTIVE).withMaxRisk(Tunable.Risk.LOW));
		assertThat(application.until(byRisk, 100, () -> application.value(SIZE) != 1)).isFalse();
		assertThat(parameter(byRisk, SIZE).pin()).isEqualTo(Pin.RISK);
	}

	@Test
	void pinningDuringATrialKeepsTheProvenValueOrTheGivenOne() {
		FakeApplication application = FakeApplication.withSize(4);
		TunerRun run = application.run(application.options(TunerMode.ACTIVE));
		assertThat(application.until(run, LONG, () -> trying(run))).isTrue();
		run.pin(SIZE, null);
		assertThat(application.value(SIZE)).isEqualTo(4);
		assertThat(application.until(run, 100, () -> application.value(SIZE) != 4)).isFalse();
		run.unpin(SIZE);
		run.pin(SIZE, 16.0);
		assertThat(application.until(run, 100, () -> application.value(SIZE) != 16)).isFalse();
		assertThat(parameter(run, SIZE).proven()).isEqualTo(16);
		assertThatIllegalArgumentException().isThrownBy(() -> run.pin(SIZE, 5.0))
			.withMessageContaining("may be one of");
		assertThatIllegalArgumentException().isThrownBy(() -> run.pin("m/nothing", null)).withMessageContaining(SIZE);
	}

	@Test
	void abandonedInTheMiddleOfATrialTheNextRunStartsWithTheProvenValues() {
		TunerOptions options = FakeApplication.withSize(1)
			.options(TunerMode.ACTIVE)
			.withStateFile(this.folder.resolve("deep/state.json"));
		FakeApplication application = FakeApplication.withSize(1);
		TunerRun run = application.run(options);
		assertThat(application.until(run, LONG, () -> kinds(run).contains(Kind.KEEP))).isTrue();
		assertThat(application.until(run, LONG, () -> trying(run))).isTrue();
		double proven = Objects.requireNonNull(parameter(run, SIZE).proven());
		assertThat(application.value(SIZE)).isNotEqualTo(proven);
		assertThat(proven).isNotEqualTo(1);

		FakeApplication again = FakeApplication.withSize(1);
		TunerRun next = again.run(options);
		next.advance(0);
		assertThat(again.value(SIZE)).isEqualTo(proven);
		assertThat(next.status().trial()).isNull();
		assertThat(next.status().trials()).isEqualTo(run.status().trials());

		FakeApplication advising = FakeApplication.withSize(1);
		advising.run(options.withMode(TunerMode.ADVISE)).advance(0);
		assertThat(advising.value(SIZE)).isEqualTo(1);
	}

	@Test
	void provenValuesAreSetWhenTheirParametersCome() {
		TunerOptions options = FakeApplication.withSize(1)
			.options(TunerMode.ACTIVE)
			.withStateFile(this.folder.resolve("s.json"));
		FakeApplication application = FakeApplication.withSize(1);
		TunerRun run = application.run(options);
		assertThat(application.until(run, LONG, () -> kinds(run).contains(Kind.KEEP))).isTrue();
		double proven = application.value(SIZE);
		FakeApplication again = new FakeApplication();
		TunerRun next = again.run(options);
		assertThat(again.until(next, 3, () -> false)).isFalse();
		again.add("pool.max-size", Tunable.Risk.MEDIUM, 1);
		assertThat(again.until(next, 3, () -> again.value(SIZE) == proven)).isTrue();
	}

	@Test
	void aBrokenFileIsReplaced() throws IOException {
		Path file = this.folder.resolve("state.json");
		TunerOptions options = FakeApplication.withSize(1).options(TunerMode.ADVISE).withStateFile(file);
		for (String broken : List.of("", "{", "[]", "null", "{\"format\":2}", "{\"format\":1}",
				"{\"format\":1,\"state\":{\"window\":\"x\"}}", "{\"format\":1,\"state\":{}}")) {
			Files.writeString(file, broken);
			FakeApplication application = FakeApplication.withSize(1);
			TunerRun run = application.run(options);
			assertThat(run.status().windows()).as(broken).isZero();
			assertThat(application.until(run, 10, () -> run.status().windows() > 2)).isTrue();
			assertThat(application.run(options).status().windows()).isEqualTo(run.status().windows());
		}
		assertThat(this.folder).isDirectoryNotContaining("glob:**.next");
	}

	@Test
	void aFileThatCannotBeWrittenStopsNothing() throws IOException {
		Path notAFolder = Files.writeString(this.folder.resolve("file"), "");
		FakeApplication application = FakeApplication.withSize(1);
		TunerRun run = application
			.run(application.options(TunerMode.ACTIVE).withStateFile(notAFolder.resolve("state.json")));
		assertThat(application.until(run, LONG, () -> kinds(run).contains(Kind.KEEP))).isTrue();
	}

	@Test
	void withoutCallsNothingIsDecided() {
		FakeApplication application = FakeApplication.withSize(1);
		application.callsPerSecond = 0;
		TunerRun run = application.run(application.options(TunerMode.ACTIVE));
		assertThat(application.until(run, 20, () -> run.status().latest() != null)).isFalse();
		application.callsPerSecond = 1_000;
		assertThat(application.until(run, 20, () -> run.status().latest() != null)).isTrue();
		assertThat(run.status().score()).isBetween(0.8, 1.2);
	}

}
