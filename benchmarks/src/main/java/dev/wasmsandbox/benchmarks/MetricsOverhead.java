package dev.wasmsandbox.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.sun.management.ThreadMXBean;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmFunction;
import dev.wasmsandbox.benchmarks.guest.AddModule;
import dev.wasmsandbox.benchmarks.guest.MeasuredPair;
import dev.wasmsandbox.benchmarks.harness.Alternating;
import dev.wasmsandbox.benchmarks.harness.Alternating.Comparison;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.CpuClock;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Samples;
import dev.wasmsandbox.benchmarks.harness.Work;

/**
 * What it costs that calls are measured: the same code of the same module, loaded once
 * with metrics and once without, in turns.
 */
final class MetricsOverhead implements Benchmark {

	private static final String OFF = "metrics turned off";

	private static final int CLEAN = 100;

	/** Iterations of {@code fib64}, so that a clean call takes about two microseconds. */
	private static final int STEPS = 6_800;

	private static final int THREADS = 16;

	/** Calls of each thread in a batch, so that handing it out is little of it. */
	private static final int EACH = 500;

	/** Batches whose allocated bytes make a sample. */
	private static final int BATCHES = 200;

	private static final double MICROS = 1e-3;

	@Override
	public String name() {
		return "metrics-overhead";
	}

	@Override
	public String summary() {
		return "what it costs that calls are measured: time, memory and contention (on / off)";
	}

	@Override
	public List<Measurement> measurements() {
		return List.of(
				Measurement.of(MetricsOverhead::clean, against("record.ns", "ns"),
						FigureSpec.absolute("clean.ns", "ns")),
				Measurement.of(MetricsOverhead::relative, against("relative.percent", "%"),
						FigureSpec.absolute("call.us", "us")),
				Measurement.of(MetricsOverhead::allocated, against("alloc.bytes", "bytes"),
						against("alloc.held.bytes", "bytes")),
				Measurement.of(MetricsOverhead::held, against("record.held.ns", "ns"),
						FigureSpec.ratio("held.ratio", OFF), FigureSpec.absolute("held.ns", "ns")),
				Measurement.of(MetricsOverhead::threads, FigureSpec.ratio("threads16.ratio", OFF)),
				Measurement.of(MetricsOverhead::threadsCpu, FigureSpec.ratio("threads16.cpu-ratio", OFF),
						against("threads16.record.ns", "ns")));
	}

	private static FigureSpec against(String id, String unit) {
		return new FigureSpec(id, unit, OFF);
	}

	private static void clean(Effort effort, Recorder recorder) throws Exception {
		try (MeasuredPair pair = new MeasuredPair(AddModule.bytes(), 1)) {
			Comparison result = Alternating.compare(effort, CpuClock.process(),
					AddCalls.cleanExport(pair.measured().export(AddModule.FUNCTION)),
					AddCalls.cleanExport(pair.silent().export(AddModule.FUNCTION)));
			recorder.record("record.ns", result.ours().minus(result.other()));
			recorder.record("clean.ns", result.other());
			requireMeasured(pair);
		}
	}

	private static void relative(Effort effort, Recorder recorder) throws Exception {
		try (MeasuredPair pair = new MeasuredPair(AddModule.bytes(), 1)) {
			Comparison result = Alternating.compare(effort, CpuClock.process(),
					computing(pair.measured().export("fib64")), computing(pair.silent().export("fib64")));
			recorder.record("relative.percent",
					result.ours().minus(result.other()).dividedBy(result.other()).times(100));
			recorder.record("call.us", result.other().times(MICROS));
			requireMeasured(pair);
		}
	}

	private static Work computing(WasmFunction fibonacci) {
		return Work.summing("fib64", CLEAN, (i) -> fibonacci(STEPS + i), (i) -> fibonacci.callLong(STEPS + i));
	}

	/** As the guest computes it, modulo 2^64. */
	private static long fibonacci(int n) {
		long a = 0;
		long b = 1;
		for (int i = 0; i < n; i++) {
			long next = a + b;
			a = b;
			b = next;
		}
		return a;
	}

	private static void held(Effort effort, Recorder recorder) throws Exception {
		try (MeasuredPair pair = new MeasuredPair(AddModule.bytes(), 1)) {
			try (SandboxSession measured = pair.measured().openSession();
					SandboxSession silent = pair.silent().openSession()) {
				Comparison result = Alternating.compare(effort, CpuClock.thread(),
						AddCalls.held(measured.export(AddModule.FUNCTION)),
						AddCalls.held(silent.export(AddModule.FUNCTION)));
				recorder.record("record.held.ns", result.ours().minus(result.other()));
				recorder.record("held.ratio", result.oursOverOther());
				recorder.record("held.ns", result.other());
			}
			requireMeasured(pair);
		}
	}

	private static void allocated(Effort effort, Recorder recorder) throws Exception {
		try (MeasuredPair pair = new MeasuredPair(AddModule.bytes(), 2);
				SandboxSession measured = pair.measured().openSession();
				SandboxSession silent = pair.silent().openSession()) {
			recorder.record("alloc.bytes",
					moreAllocated(effort, AddCalls.cleanExport(pair.measured().export(AddModule.FUNCTION)),
							AddCalls.cleanExport(pair.silent().export(AddModule.FUNCTION))));
			recorder.record("alloc.held.bytes",
					moreAllocated(effort, AddCalls.held(measured.export(AddModule.FUNCTION)),
							AddCalls.held(silent.export(AddModule.FUNCTION))));
		}
	}

	/** By how many bytes an operation of ours allocates more than one of the other. */
	private static Samples moreAllocated(Effort effort, Work ours, Work other) throws Exception {
		// Only warm code allocates as little as it does for good.
		Alternating.compare(effort, CpuClock.thread(), ours, other);
		double[] more = new double[effort.samples()];
		for (int i = 0; i < more.length; i++) {
			more[i] = allocated(effort, ours) - allocated(effort, other);
		}
		return Samples.of(more);
	}

	private static double allocated(Effort effort, Work work) throws Exception {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		int batches = effort.equals(Effort.least()) ? 1 : BATCHES;
		long before = threads.getCurrentThreadAllocatedBytes();
		long good = 0;
		for (int i = 0; i < batches; i++) {
			good += (work.batch().run() == work.expected()) ? 1 : 0;
		}
		long bytes = threads.getCurrentThreadAllocatedBytes() - before;
		if (good != batches) {
			throw new IllegalStateException(work.label() + " answered wrongly");
		}
		return (double) bytes / ((double) batches * work.operations());
	}

	/** By the clock on the wall, so that it shows where threads wait for each other. */
	private static void threads(Effort effort, Recorder recorder) throws Exception {
		recorder.record("threads16.ratio", onThreads(effort, System::nanoTime).oursOverOther());
	}

	/** In CPU time, so that it shows where they try again. */
	private static void threadsCpu(Effort effort, Recorder recorder) throws Exception {
		Comparison result = onThreads(effort, CpuClock.process());
		recorder.record("threads16.cpu-ratio", result.oursOverOther());
		recorder.record("threads16.record.ns", result.ours().minus(result.other()));
	}

	private static Comparison onThreads(Effort effort, CpuClock clock) throws Exception {
		try (MeasuredPair pair = new MeasuredPair(AddModule.bytes(), THREADS);
				ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
			Comparison result = Alternating.compare(effort, clock,
					onThreads(pair.measured().export(AddModule.FUNCTION), threads),
					onThreads(pair.silent().export(AddModule.FUNCTION), threads));
			requireMeasured(pair);
			return result;
		}
	}

	private static Work onThreads(WasmFunction add, ExecutorService threads) {
		Callable<Long> calls = () -> {
			long sum = 0;
			for (int i = 0; i < EACH; i++) {
				sum += add.callInt(i, 1);
			}
			return sum;
		};
		long expected = THREADS * ((long) EACH * (EACH - 1) / 2 + EACH);
		return new Work("calls of 16 threads", THREADS * EACH, expected, () -> {
			List<Callable<Long>> tasks = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				tasks.add(calls);
			}
			long sum = 0;
			for (Future<Long> done : threads.invokeAll(tasks)) {
				sum += done.get();
			}
			return sum;
		});
	}

	/** Else the figures would be of nothing. */
	private static void requireMeasured(MeasuredPair pair) {
		if (pair.callsMeasured() == 0) {
			throw new IllegalStateException("No call was measured");
		}
	}

}
