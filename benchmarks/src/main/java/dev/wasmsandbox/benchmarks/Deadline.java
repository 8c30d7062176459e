package dev.wasmsandbox.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.benchmarks.guest.Kernel;
import dev.wasmsandbox.benchmarks.harness.Alternating;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.CpuClock;
import dev.wasmsandbox.benchmarks.harness.Derived;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Samples;
import dev.wasmsandbox.benchmarks.harness.Work;
import dev.wasmsandbox.engine.CheckedGuest;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.screen.ModuleExport;

/**
 * How late a guest that never ends is stopped, by the clock on the wall, and what the
 * check for it costs guests that do end, in CPU time of the thread: the same module with
 * the same memory, once with the engine's own check, which looks at the thread's
 * interrupt status, and once with ours.
 */
final class Deadline implements Benchmark {

	private static final String ENGINES = "the engine's interruption check";

	private static final Duration TIMEOUT = Duration.ofMillis(20);

	private static final int MANY_THREADS = 32;

	private static final int HOST_CALLS = 10_000;

	/** After so many calls HotSpot has compiled a function whole and for good. */
	private static final int SMALL_CALLS = 2_000;

	@Override
	public String name() {
		return "deadline";
	}

	@Override
	public String summary() {
		return "how late guests that never end are stopped, and what the check costs (x: the engine's / ours)";
	}

	@Override
	public List<Derived> derived() {
		List<String> kernels = Arrays.stream(Kernel.values()).map(Deadline::id).toList();
		return List.of(new Derived(FigureSpec.ratio("check.geomean", ENGINES), kernels, Derived.Rule.GEOMETRIC_MEAN));
	}

	private static String id(Kernel kernel) {
		return "check." + kernel.id();
	}

	@Override
	public List<Measurement> measurements() {
		List<Measurement> all = new ArrayList<>();
		int cores = Runtime.getRuntime().availableProcessors();
		all.add(Measurement.of((effort, recorder) -> {
			Samples late = late(effort, cores);
			recorder.record("late.p50-ms", Samples.of(late.median()));
			recorder.record("late.p99-ms", Samples.of(late.percentile(99)));
		}, FigureSpec.absolute("late.p50-ms", "ms"), FigureSpec.absolute("late.p99-ms", "ms")));
		all.add(Measurement.of(
				(effort, recorder) -> recorder.record("late32.p99-ms",
						Samples.of(late(effort, MANY_THREADS).percentile(99))),
				FigureSpec.absolute("late32.p99-ms", "ms")));
		for (Kernel kernel : Kernel.values()) {
			all.add(Measurement.of(
					(effort, recorder) -> check(effort, recorder, id(kernel), "kernels", kernel.function(),
							kernel.smallSize(), kernel.size(), kernel.calls(), kernel.answer()),
					FigureSpec.ratio(id(kernel), ENGINES)));
		}
		all.add(Measurement.of((effort, recorder) -> check(effort, recorder, "check.host-loop", "host_calls",
				"loop_add", 100, HOST_CALLS, 4, HOST_CALLS), FigureSpec.ratio("check.host-loop", ENGINES)));
		all.add(Measurement.of(Deadline::fuel, FigureSpec.ratio("fuel.sieve", "without fuel")));
		return all;
	}

	/** Milliseconds that endless calls on so many threads ended after their deadline. */
	private static Samples late(Effort effort, int threads) throws Exception {
		int rounds = effort.equals(Effort.least()) ? 1 : effort.quick() ? 40 : 150;
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.name("deadline")
			.source(Fixtures.bytes("traps"))
			.callTimeout(TIMEOUT)
			.pool(new PoolSettings(threads, Duration.ofSeconds(30)))
			.build(); ExecutorService all = Executors.newFixedThreadPool(threads)) {
			List<Future<double[]>> runs = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				runs.add(all.submit(() -> late(sandbox, rounds)));
			}
			double[] late = new double[0];
			for (Future<double[]> run : runs) {
				double[] more = run.get();
				int before = late.length;
				late = Arrays.copyOf(late, before + more.length);
				System.arraycopy(more, 0, late, before, more.length);
			}
			return Samples.of(late);
		}
	}

	private static double[] late(WasmSandbox sandbox, int rounds) {
		double[] late = new double[rounds];
		// The first ones load and compile what the exception is made with.
		for (int i = -rounds / 2; i < rounds; i++) {
			try (SandboxSession session = sandbox.openSession()) {
				double one = late(session);
				if (i >= 0) {
					late[i] = one;
				}
			}
		}
		return late;
	}

	private static double late(SandboxSession session) {
		long started = System.nanoTime();
		try {
			session.call("loop_forever", void.class);
		}
		catch (SandboxTimeoutException _) {
			return (System.nanoTime() - started - TIMEOUT.toNanos()) * 1e-6;
		}
		throw new IllegalStateException("A loop without end has ended");
	}

	private static void check(Effort effort, Recorder recorder, String id, String module, String function, int small,
			int size, int calls, long answer) throws Exception {
		byte[] bytes = Fixtures.bytes(module);
		try (CheckedGuest ours = CheckedGuest.ours(bytes); CheckedGuest engines = CheckedGuest.engines(bytes)) {
			recorder.record(id,
					Alternating
						.compare(effort, CpuClock.thread(), work(ours, "ours", function, small, size, calls, answer),
								work(engines, "the engine's", function, small, size, calls, answer))
						.otherOverOurs());
		}
	}

	private static void fuel(Effort effort, Recorder recorder) throws Exception {
		byte[] bytes = Fixtures.bytes("kernels");
		Kernel kernel = Kernel.SIEVE;
		try (CheckedGuest free = CheckedGuest.ours(bytes); CheckedGuest metered = CheckedGuest.metered(bytes)) {
			recorder
				.record("fuel.sieve",
						Alternating
							.compare(effort, CpuClock.thread(),
									work(metered, "the metered", kernel.function(), kernel.smallSize(), kernel.size(),
											kernel.calls(), kernel.answer()),
									work(free, "the free", kernel.function(), kernel.smallSize(), kernel.size(),
											kernel.calls(), kernel.answer()))
							.oursOverOther());
		}
	}

	private static Work work(CheckedGuest guest, String whose, String function, int small, int size, int calls,
			long answer) {
		ModuleExport export = guest.export(function);
		for (int i = 0; i < SMALL_CALLS; i++) {
			guest.call(export, small);
		}
		return new Work(whose + " " + function, calls, calls * answer, () -> {
			long sum = 0;
			for (int i = 0; i < calls; i++) {
				sum += guest.call(export, size);
			}
			return sum;
		});
	}

}
