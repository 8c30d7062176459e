package dev.wasmsandbox.benchmarks;

import java.util.concurrent.TimeUnit;

import com.dylibso.chicory.runtime.Machine;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmFunction;
import dev.wasmsandbox.benchmarks.guest.AddModule;
import dev.wasmsandbox.benchmarks.guest.OurSandbox;
import dev.wasmsandbox.benchmarks.guest.PlainChicory;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Samples;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The held call once more, measured by JMH in wall-clock time, each side in a JVM of its
 * own: a check on what the harness says.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeldCallJmh {

	/** Our side. */
	@State(Scope.Thread)
	public static class Ours {

		private final OurSandbox sandbox = new OurSandbox(AddModule.bytes(), 1);

		private final SandboxSession session = this.sandbox.get().openSession();

		private final WasmFunction add = this.session.export(AddModule.FUNCTION);

		private int argument = 3;

		/** Ends what was begun. */
		@TearDown
		public void close() {
			this.session.close();
			this.sandbox.close();
		}

	}

	/** The plain engine's side. */
	@State(Scope.Thread)
	public static class Plain {

		private final PlainChicory plain = new PlainChicory(AddModule.bytes());

		private final Machine machine = this.plain.instantiate().getMachine();

		private final int add = this.plain.functionIndex(AddModule.FUNCTION);

		private int argument = 3;

	}

	/** A held function with two ints. */
	@Benchmark
	public int held(Ours state) {
		return require(state.add.callInt(state.argument, 4));
	}

	/** The same on the plain engine. */
	@Benchmark
	public int machineCall(Plain state) {
		return require((int) state.machine.call(state.add, new long[] { state.argument, 4 })[0]);
	}

	private static int require(int answer) {
		if (answer != 7) {
			throw new IllegalStateException("3 + 4 is " + answer);
		}
		return answer;
	}

	static void measure(Effort effort, Recorder recorder) throws RunnerException {
		recorder.record("jmh.held.ns", run("held", effort));
		recorder.record("jmh.machine-call.ns", run("machineCall", effort));
	}

	private static Samples run(String method, Effort effort) throws RunnerException {
		Options options = new OptionsBuilder().include(HeldCallJmh.class.getName() + "." + method + "$")
			.forks(1)
			.jvmArgs("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xms1g", "-Xmx1g")
			.warmupIterations(effort.quick() ? 2 : 4)
			.warmupTime(TimeValue.milliseconds(500))
			.measurementIterations(effort.quick() ? 3 : 6)
			.measurementTime(TimeValue.milliseconds(500))
			.verbosity(VerboseMode.SILENT)
			.shouldFailOnError(true)
			.build();
		// Someone else's JMH on this machine is no reason to fail.
		System.setProperty("jmh.ignoreLock", "true");
		RunResult result = new Runner(options).runSingle();
		return Samples.of(result.getBenchmarkResults()
			.stream()
			.flatMap((fork) -> fork.getIterationResults().stream())
			.mapToDouble((iteration) -> iteration.getPrimaryResult().getScore())
			.toArray());
	}

}
