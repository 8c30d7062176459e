package dev.wasmsandbox.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasi.WasiOptions;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.benchmarks.guest.AddModule;
import dev.wasmsandbox.benchmarks.guest.OurSandbox;
import dev.wasmsandbox.benchmarks.guest.PlainChicory;
import dev.wasmsandbox.benchmarks.guest.PlainText;
import dev.wasmsandbox.benchmarks.harness.Alternating;
import dev.wasmsandbox.benchmarks.harness.Alternating.Comparison;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.CpuClock;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Opaque;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Work;
import dev.wasmsandbox.fixtures.Fixtures;
import org.extism.sdk.chicory.Manifest;
import org.extism.sdk.chicory.ManifestWasm;
import org.extism.sdk.chicory.Plugin;

/**
 * What typed clients cost: numbers and a text of 32 bytes in an open session, against the
 * same written by hand on the plain engine with one instance for all calls; and clean for
 * each call, against a fresh instance for each. By hand nothing is checked, but what is
 * allocated is freed.
 */
final class TypedCalls implements Benchmark {

	private static final int CALLS = 10_000;

	private static final int TEXTS = 500;

	private static final int CLEAN = 100;

	private static final int ARGUMENT = 7;

	private static final String BY_HAND = "chicory-1.7.5 by hand, one instance for all calls";

	private static final String FRESH = "chicory-1.7.5 by hand, fresh instance for each call";

	private static final String EXTISM = "org.extism.sdk:chicory-sdk-core 0.3.0 Plugin.call, its own kernel, no reset";

	@Override
	public String name() {
		return "typed-calls";
	}

	@Override
	public String summary() {
		return "typed clients, in an open session (ours / by hand) and clean per call (fresh instance / ours)";
	}

	@Override
	public List<String> jvmOptions() {
		return List.of("-Xms1g", "-Xmx1g");
	}

	@Override
	public List<Measurement> measurements() {
		return List.of(
				Measurement.of(TypedCalls::primitive, FigureSpec.absolute("primitive.ns", "ns"),
						FigureSpec.ratio("primitive.ratio", "chicory-1.7.5 Machine.call, new long[2]")),
				Measurement.of(TypedCalls::text, FigureSpec.absolute("string.ns", "ns"),
						FigureSpec.ratio("string.vs-hand", BY_HAND)),
				Measurement.of(TypedCalls::count, FigureSpec.absolute("string.count.ns", "ns"),
						FigureSpec.ratio("string.count.vs-hand", BY_HAND)),
				Measurement.of(TypedCalls::slug, FigureSpec.absolute("string.slug.ns", "ns"),
						FigureSpec.ratio("string.slug.vs-hand", BY_HAND)),
				Measurement.of(TypedCalls::clean, FigureSpec.absolute("string.clean.us", "us"),
						FigureSpec.ratio("string.vs-fresh", FRESH)),
				Measurement.of(TypedCalls::extism, FigureSpec.absolute("string.extism.ns", "ns"),
						FigureSpec.ratio("string.vs-extism", EXTISM)));
	}

	private static void primitive(Effort effort, Recorder recorder) throws Exception {
		PlainChicory plain = new PlainChicory(AddModule.bytes());
		try (OurSandbox ours = new OurSandbox(AddModule.bytes(), 1);
				SandboxSession session = ours.get().openSession()) {
			Machine machine = plain.instantiate().getMachine();
			Comparison result = Alternating.compare(effort, CpuClock.thread(), add(session.as(Adder.class)),
					AddCalls.machine(machine, plain.functionIndex(AddModule.FUNCTION)));
			recorder.record("primitive.ns", result.ours());
			recorder.record("primitive.ratio", result.oursOverOther());
		}
	}

	private static Work add(Adder adder) {
		Opaque opaque = new Opaque(ARGUMENT);
		return new Work("a client's add", CALLS, (long) CALLS * (CALLS - 1) / 2 + (long) ARGUMENT * CALLS, () -> {
			long sum = 0;
			for (int i = 0; i < CALLS; i++) {
				sum += opaque.answer(adder.add(i, opaque.argument()));
			}
			return sum;
		});
	}

	private static void text(Effort effort, Recorder recorder) throws Exception {
		held(effort, recorder, "string.ns", "string.vs-hand", Task.BOTH);
	}

	private static void count(Effort effort, Recorder recorder) throws Exception {
		held(effort, recorder, "string.count.ns", "string.count.vs-hand", Task.COUNT);
	}

	private static void slug(Effort effort, Recorder recorder) throws Exception {
		held(effort, recorder, "string.slug.ns", "string.slug.vs-hand", Task.SLUG);
	}

	private static void held(Effort effort, Recorder recorder, String nanos, String ratio, Task task) throws Exception {
		byte[] module = Fixtures.bytes("text");
		PlainText plain = PlainText.of(new PlainChicory(module).instantiate());
		try (OurSandbox ours = new OurSandbox(module, 1); SandboxSession session = ours.get().openSession()) {
			TextTools client = session.as(TextTools.class);
			Comparison result = Alternating.compare(effort, CpuClock.thread(),
					Work.summing("a client's text", TEXTS, task::answer, (i) -> task.run(client, i)),
					Work.summing("text by hand", TEXTS, task::answer, (i) -> task.run(plain, i)));
			recorder.record(nanos, result.ours());
			recorder.record(ratio, result.oursOverOther());
		}
	}

	private static void clean(Effort effort, Recorder recorder) throws Exception {
		byte[] module = Fixtures.bytes("text");
		PlainChicory plain = new PlainChicory(module);
		try (OurSandbox ours = new OurSandbox(module, 8)) {
			TextTools client = ours.get().as(TextTools.class);
			Comparison result = Alternating.compare(effort, CpuClock.process(),
					Work.summing("a client's text, clean", CLEAN, Task.SLUG::answer, (i) -> Task.SLUG.run(client, i)),
					Work.summing("text by hand, fresh", CLEAN, Task.SLUG::answer,
							(i) -> Task.SLUG.run(PlainText.of(plain.instantiate()), i)));
			recorder.record("string.clean.us", result.ours().times(1e-3));
			recorder.record("string.vs-fresh", result.otherOverOurs());
		}
	}

	private static void extism(Effort effort, Recorder recorder) throws Exception {
		String text = Task.TEXT[0];
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		String upper = text.toUpperCase(Locale.ROOT);
		String greeting = "Hello, " + text + "!";
		Plugin plugin = Plugin
			.ofManifest(Manifest.ofWasms(ManifestWasm.fromBytes(Fixtures.bytes("extism_rust")).build())
				.withOptions(new Manifest.Options().withAoT().withWasi(WasiOptions.builder().build()))
				.build())
			.build();
		try (OurSandbox ours = new OurSandbox(Fixtures.bytes("abi_rust"), 1);
				SandboxSession session = ours.get().openSession()) {
			Upper client = session.as(Upper.class);
			Comparison result = Alternating.compare(effort, CpuClock.thread(),
					Work.summing("a client's text", TEXTS, (_) -> 1, (_) -> client.upper(text).equals(upper) ? 1 : 0),
					Work.summing("a plug-in's text", TEXTS, (_) -> 1,
							(_) -> new String(plugin.call("greet", bytes), StandardCharsets.UTF_8).equals(greeting) ? 1
									: 0));
			recorder.record("string.extism.ns", result.other());
			recorder.record("string.vs-extism", result.otherOverOurs());
		}
	}

	/** What is called, with texts of 32 bytes that differ in their first sign. */
	private enum Task {

		COUNT, SLUG, BOTH;

		private static final String REST = "he quick brown fox jumps (twice)";

		private static final String[] TEXT = { "T" + REST.substring(1), "W" + REST.substring(1) };

		private static final String[] SLUGS = { "te-quick-brown-fox-jumps-twice", "we-quick-brown-fox-jumps-twice" };

		long answer(int number) {
			return switch (this) {
				case COUNT -> 6;
				case SLUG -> slugged(SLUGS[number & 1]);
				case BOTH -> 6 + slugged(SLUGS[number & 1]);
			};
		}

		long run(TextTools tools, int number) {
			String text = TEXT[number & 1];
			return switch (this) {
				case COUNT -> tools.countWords(text);
				case SLUG -> slugged(tools.slugify(text));
				case BOTH -> tools.countWords(text) + slugged(tools.slugify(text));
			};
		}

		private static long slugged(String slug) {
			return slug.length() * 1000L + slug.charAt(0) + slug.charAt(slug.length() - 1);
		}

	}

	/** The client of the fixture {@code abi_rust}. */
	public interface Upper {

		/** The text in upper case. */
		String upper(String text);

	}

	/** The client of numbers. */
	public interface Adder {

		/** The sum. */
		int add(int a, int b);

	}

}
