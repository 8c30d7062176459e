package dev.wasmsandbox.benchmarks;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.benchmarks.harness.Alternating;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.CpuClock;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Samples;
import dev.wasmsandbox.benchmarks.harness.Work;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.memory.ZeroCopyBuffer;

/**
 * Summing an array of the host in a guest, end to end: allocate, copy or map, call, free,
 * and the answer back. Counted in the thread's CPU time, kernel included; the bytes of
 * the array by it.
 */
final class LargeData implements Benchmark {

	private static final String UNIT = "GB/s";

	private static final int LARGEST = 1_000_000;

	/** Numbers in a sample, so that small arrays are summed often. */
	private static final int NUMBERS = 2_000_000;

	@Override
	public String name() {
		return "large-data";
	}

	@Override
	public String summary() {
		return "summing doubles of the host in a guest, end to end: copied and mapped, in a session and clean (GB/s)";
	}

	@Override
	public List<Measurement> measurements() {
		List<Measurement> all = new ArrayList<>();
		all.add(session("sum.gb-per-s", LARGEST));
		all.add(session("sum.1k.gb-per-s", 1_000));
		all.add(session("sum.10k.gb-per-s", 10_000));
		all.add(session("sum.100k.gb-per-s", 100_000));
		all.add(Measurement.of(LargeData::mapped, FigureSpec.absolute("mapped.gb-per-s", UNIT)));
		all.add(clean("clean.gb-per-s", LARGEST));
		all.add(clean("clean.1k.gb-per-s", 1_000));
		all.add(Measurement.of(LargeData::inJava, FigureSpec.absolute("java.gb-per-s", UNIT)));
		return all;
	}

	private static WasmSandbox sandbox() {
		return WasmSandbox.builder()
			.source(Fixtures.bytes("abi_c"))
			.memoryLimit(128L << 20)
			.callTimeout(Duration.ofSeconds(20))
			.build();
	}

	private static double[] numbers(int count) {
		double[] numbers = new double[count];
		Arrays.setAll(numbers, (i) -> i & 7);
		return numbers;
	}

	private static long sum(int count) {
		long sum = 0;
		for (int i = 0; i < count; i++) {
			sum += i & 7;
		}
		return sum;
	}

	/** Sums something once. */
	@FunctionalInterface
	private interface Summing {

		double sum();

	}

	private static Work work(String label, int count, Summing summing) {
		int times = Math.max(1, NUMBERS / count);
		return new Work(label, times, times * sum(count), () -> {
			long sum = 0;
			for (int i = 0; i < times; i++) {
				sum += (long) summing.sum();
			}
			return sum;
		});
	}

	private static void record(Effort effort, Recorder recorder, String id, int count, Summing summing)
			throws Exception {
		Samples nanos = Alternating.alone(effort, CpuClock.thread(), work(id, count, summing));
		recorder.record(id, Samples.of(nanos.stream().map((each) -> 8.0 * count / each).toArray()));
	}

	private static Measurement session(String id, int count) {
		return Measurement.of((effort, recorder) -> {
			double[] numbers = numbers(count);
			try (WasmSandbox sandbox = sandbox(); SandboxSession session = sandbox.openSession()) {
				record(effort, recorder, id, count,
						() -> session.callWithLargeData("sum_doubles", double.class, numbers));
			}
		}, FigureSpec.absolute(id, UNIT));
	}

	private static Measurement clean(String id, int count) {
		return Measurement.of((effort, recorder) -> {
			double[] numbers = numbers(count);
			try (WasmSandbox sandbox = sandbox()) {
				record(effort, recorder, id, count,
						() -> sandbox.callWithLargeData("sum_doubles", double.class, numbers));
			}
		}, FigureSpec.absolute(id, UNIT));
	}

	/** The pages are mapped for each call, and so is each page that is touched anew. */
	private static void mapped(Effort effort, Recorder recorder) throws Exception {
		double[] numbers = numbers(LARGEST);
		try (WasmSandbox sandbox = sandbox();
				ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(8L * LARGEST);
				SandboxSession session = sandbox.openSession()) {
			for (int i = 0; i < numbers.length; i++) {
				buffer.view().setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i, numbers[i]);
			}
			dev.wasmsandbox.abi.LargeData data = dev.wasmsandbox.abi.LargeData.doubles(buffer);
			record(effort, recorder, "mapped.gb-per-s", LARGEST,
					() -> session.callWithLargeData("sum_doubles", double.class, data));
		}
	}

	/** What the same sum costs without a guest: one addition waits for the one before. */
	private static void inJava(Effort effort, Recorder recorder) throws Exception {
		double[] numbers = numbers(LARGEST);
		record(effort, recorder, "java.gb-per-s", LARGEST, () -> {
			double sum = 0;
			for (double number : numbers) {
				sum += number;
			}
			return sum;
		});
	}

}
