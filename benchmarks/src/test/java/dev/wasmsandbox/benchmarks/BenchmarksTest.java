package dev.wasmsandbox.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.dylibso.chicory.runtime.ByteBufferMemory;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.benchmarks.guest.Compilers;
import dev.wasmsandbox.benchmarks.guest.OurSandbox;
import dev.wasmsandbox.benchmarks.guest.PlainChicory;
import dev.wasmsandbox.benchmarks.guest.TouchModule;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.ForkResult;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

class BenchmarksTest {

	/** The ids that others rely on. */
	private static final Map<String, List<String>> REQUIRED = Map.ofEntries(
			Map.entry("cold-start",
					List.of("ratio.1p", "ratio.17p", "ratio.256p", "ratio.large", "cpu-us.warm", "cpu-us.large",
							"cpu-us.new-slot")),
			Map.entry("tuner", List.of("active.fraction-of-best", "active.from-best", "advise.agreement")),
			Map.entry("typed-calls", List.of("primitive.ratio", "string.vs-hand", "string.vs-fresh")),
			Map.entry("call-overhead", List.of("held.ns", "held.ratio", "clean.us", "clean.ratio.17p")),
			Map.entry("density", List.of("kb.1p", "kb.17p", "kb.large", "live.count", "live.total-mb")),
			Map.entry("guest-compute", List.of("geomean.vs-plain", "worst.vs-plain", "geomean.vs-native")),
			Map.entry("allocation", List.of("pool.ns", "bump.ns", "guest-malloc.ns")),
			Map.entry("data-transfer",
					List.of("bytes-in.fraction", "bytes-out.fraction", "doubles-in.fraction", "doubles-out.fraction",
							"map-64mb.us", "map-64mb.over-1mb", "mapped-pass.ratio", "mapped-tenth.ratio")),
			Map.entry("memory-overhead", List.of("overhead.percent")),
			Map.entry("deadline",
					List.of("late.p50-ms", "late.p99-ms", "late32.p99-ms", "check.geomean", "check.copy-loop",
							"check.host-loop")),
			Map.entry("metrics-overhead",
					List.of("record.ns", "relative.percent", "alloc.bytes", "record.held.ns", "threads16.ratio")),
			Map.entry("large-data", List.of("sum.gb-per-s", "sum.1k.gb-per-s", "mapped.gb-per-s")));

	@Test
	void promiseTheRequiredFigures() {
		assertThat(Benchmarks.all()).extracting(Benchmark::name)
			.doesNotHaveDuplicates()
			.containsExactlyInAnyOrderElementsOf(REQUIRED.keySet());
		assertThat(Benchmarks.all())
			.allSatisfy((benchmark) -> assertThat(benchmark.figures()).extracting(FigureSpec::id)
				.doesNotHaveDuplicates()
				.containsAll(REQUIRED.getOrDefault(benchmark.name(), List.of())));
	}

	/** JMH starts JVMs of its own and is left out; its methods are tested below. */
	@TestFactory
	Stream<DynamicTest> getRightAnswersFromBothSides() {
		return Benchmarks.all()
			.stream()
			.flatMap((benchmark) -> benchmark.measurements().stream())
			.filter((measurement) -> !ids(measurement).getFirst().startsWith("jmh."))
			.map((measurement) -> DynamicTest.dynamicTest(ids(measurement).toString(), () -> {
				ForkResult result = ForkResult.measure(measurement, Effort.least());
				List<String> expected = ids(measurement).stream().filter(BenchmarksTest::possibleHere).toList();
				assertThat(result.samples().keySet()).as(result.reasons().toString())
					.containsExactlyInAnyOrderElementsOf(expected);
			}));
	}

	private static boolean possibleHere(String id) {
		return !id.endsWith(".vs-native") || Compilers.gccIsThere();
	}

	private static List<String> ids(Measurement measurement) {
		return measurement.figures().stream().map(FigureSpec::id).toList();
	}

	@Test
	void getRightAnswersUnderJmh() {
		HeldCallJmh jmh = new HeldCallJmh();
		HeldCallJmh.Ours ours = new HeldCallJmh.Ours();
		assertThat(jmh.held(ours)).isEqualTo(7).isEqualTo(jmh.machineCall(new HeldCallJmh.Plain()));
		ours.close();
	}

	/** Else a sandbox that was not cleaned could go unnoticed. */
	@Test
	void noticeWhatAnEarlierCallLeft() {
		for (TouchModule guest : List.of(TouchModule.onePage(), TouchModule.seventeenPages(), TouchModule.manyPages(),
				new TouchModule(1, 1, false))) {
			try (OurSandbox ours = new OurSandbox(guest.toBytes(), 1);
					SandboxSession session = ours.get().openSession()) {
				assertThat(touch(session, 5)).isEqualTo(guest.answer(5));
				assertThat(touch(session, 5)).isEqualTo(guest.answer(5) + 6);
				assertThat(touch(session, 6)).isEqualTo(guest.answer(6));
			}
			long[] answer = new PlainChicory(guest.toBytes()).instantiate(ByteBufferMemory::new)
				.export(TouchModule.FUNCTION)
				.apply(7);
			assertThat(answer).containsExactly(guest.answer(7));
		}
	}

	private static int touch(SandboxSession session, int argument) {
		return session.call(TouchModule.FUNCTION, int.class, argument);
	}

}
