package dev.wasmsandbox.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ByteBufferMemory;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.benchmarks.guest.LargeImports;
import dev.wasmsandbox.benchmarks.guest.OurSandbox;
import dev.wasmsandbox.benchmarks.guest.PlainChicory;
import dev.wasmsandbox.benchmarks.guest.TouchModule;
import dev.wasmsandbox.benchmarks.harness.Alternating;
import dev.wasmsandbox.benchmarks.harness.Alternating.Comparison;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.CpuClock;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Samples;
import dev.wasmsandbox.benchmarks.harness.Work;
import dev.wasmsandbox.fixtures.Fixtures;

/**
 * What a clean sandbox and its first call cost, once the module is compiled. Ours is a
 * full cycle of the public API, in which the sandbox is leased, called, and made clean
 * again for the next one. The pool is far smaller than the number of cycles, so that
 * nothing is left to be cleaned for free. Process CPU time: cleaning may be the work of
 * other threads, and garbage of the plain engine is collected by others too.
 */
final class ColdStart implements Benchmark {

	private static final String FRESH = "chicory-1.7.5 fresh instance";

	/** Far fewer than the cycles of one sample. */
	private static final int POOL = 8;

	/**
	 * How many sandboxes are open at once where slots are new. As many that their time is
	 * many ticks of the process's CPU clock.
	 */
	private static final int NEW_SLOTS = 4_096;

	private static final int LEARNING_CALLS = 200;

	private static final double MICROS = 1e-3;

	private final CpuClock clock = CpuClock.process();

	@Override
	public String name() {
		return "cold-start";
	}

	@Override
	public String summary() {
		return "a clean sandbox of a compiled module and its first call, CPU time (x: plain / ours)";
	}

	@Override
	public List<Measurement> measurements() {
		return List.of(touch("ratio.1p", FRESH, TouchModule.onePage(), ByteArrayMemory::new),
				Measurement.of((effort, recorder) -> {
					Comparison result = compare(effort, TouchModule.seventeenPages(), ByteArrayMemory::new);
					recorder.record("ratio.17p", result.otherOverOurs());
					recorder.record("cpu-us.warm", result.ours().times(MICROS));
				}, FigureSpec.ratio("ratio.17p", FRESH), FigureSpec.absolute("cpu-us.warm", "us")),
				touch("ratio.256p", FRESH, TouchModule.manyPages(), ByteArrayMemory::new),
				Measurement.of((effort, recorder) -> {
					Comparison result = compareLarge(effort);
					recorder.record("ratio.large", result.otherOverOurs());
					recorder.record("cpu-us.large", result.ours().times(MICROS));
				}, FigureSpec.ratio("ratio.large", FRESH), FigureSpec.absolute("cpu-us.large", "us")),
				Measurement.of((effort, recorder) -> recorder.record("cpu-us.new-slot", newSlots(effort).times(MICROS)),
						FigureSpec.absolute("cpu-us.new-slot", "us")),
				touch("ratio.1p.bounded", FRESH + ", declared maximum of 1 page", new TouchModule(1, 1, false),
						ByteArrayMemory::new),
				touch("ratio.17p.byte-buffer", FRESH + ", ByteBufferMemory", TouchModule.seventeenPages(),
						ByteBufferMemory::new));
	}

	private Measurement touch(String id, String against, TouchModule guest,
			Function<MemoryLimits, Memory> plainMemory) {
		return Measurement.of(
				(effort, recorder) -> recorder.record(id, compare(effort, guest, plainMemory).otherOverOurs()),
				FigureSpec.ratio(id, against));
	}

	private Comparison compare(Effort effort, TouchModule guest, Function<MemoryLimits, Memory> plainMemory)
			throws Exception {
		try (OurSandbox ours = new OurSandbox(guest.toBytes(), POOL)) {
			return Alternating.compare(effort, this.clock, oursTouching(ours.get(), guest),
					plainTouching(new PlainChicory(guest.toBytes()), guest, plainMemory));
		}
	}

	static Work oursTouching(WasmSandbox sandbox, TouchModule guest) {
		return Work.summing("sandbox.call", 50, guest::answer,
				(number) -> sandbox.call(TouchModule.FUNCTION, int.class, number));
	}

	static Work plainTouching(PlainChicory plain, TouchModule guest, Function<MemoryLimits, Memory> memory) {
		return Work.summing("a fresh instance", 5, guest::answer,
				(number) -> (int) plain.instantiate(memory).export(TouchModule.FUNCTION).apply(number)[0]);
	}

	/** First calls of {@code f0}, which answers 31 n + 7. */
	private Comparison compareLarge(Effort effort) throws Exception {
		byte[] bytes = Fixtures.bytes("large");
		PlainChicory plain = new PlainChicory(bytes);
		try (OurSandbox ours = new OurSandbox(bytes, POOL, LargeImports.hostFunctions())) {
			requireCleanLarge(ours.get());
			return Alternating.compare(effort, this.clock,
					Work.summing("sandbox.call", 10, (number) -> 31L * number + 7,
							(number) -> ours.get().call("f0", int.class, number)),
					Work.summing("a fresh instance", 5, (number) -> 31L * number + 7,
							(number) -> (int) plain.instantiate().export("f0").apply(number)[0]));
		}
	}

	/**
	 * {@code f0} would not notice what an earlier call has left; {@code checksum} does.
	 */
	static void requireCleanLarge(WasmSandbox sandbox) {
		sandbox.call("run_indirect", int.class, 1);
		require(sandbox.call("checksum", int.class, 0), -1865163930);
		require(sandbox.call("run_imports", int.class, 3), LargeImports.RUN_IMPORTS_ANSWER);
	}

	private static void require(int answer, int expected) {
		if (answer != expected) {
			throw new IllegalStateException("large answered " + answer + " where " + expected + " is right");
		}
	}

	/**
	 * As many sandboxes as the pool allows, all open at once, so none finds idle memory.
	 */
	private Samples newSlots(Effort effort) throws Exception {
		TouchModule guest = TouchModule.seventeenPages();
		byte[] bytes = guest.toBytes();
		double[] nanos = new double[effort.samples()];
		int slots = effort.equals(Effort.least()) ? 16 : NEW_SLOTS;
		// Keeps the module in the cache, so that only its memory and pool are new.
		try (OurSandbox kept = new OurSandbox(bytes, 1)) {
			long warm = System.nanoTime() + effort.warmUp().toNanos();
			while (System.nanoTime() < warm) {
				openAll(kept, bytes, guest, slots);
			}
			for (int i = 0; i < nanos.length; i++) {
				nanos[i] = openAll(kept, bytes, guest, slots);
			}
		}
		return Samples.of(nanos);
	}

	/** Nanoseconds for each sandbox: its memory is mapped, it is made and called once. */
	private double openAll(OurSandbox kept, byte[] bytes, TouchModule guest, int slots) {
		List<SandboxSession> sessions = new ArrayList<>(slots + 1);
		try (OurSandbox ours = kept.another(bytes, slots + 1)) {
			learn(ours, guest);
			// The one sandbox there is by now is not to be among the new ones.
			sessions.add(ours.get().openSession());
			long started = this.clock.nanos();
			for (int i = 0; i < slots; i++) {
				SandboxSession session = ours.get().openSession();
				sessions.add(session);
				int answer = session.call(TouchModule.FUNCTION, int.class, i);
				require(answer, guest.answer(i));
			}
			long elapsed = this.clock.nanos() - started;
			sessions.forEach(SandboxSession::close);
			return (double) elapsed / slots;
		}
	}

	/** As many calls as make a pool choose how to reset, which is not to be counted. */
	private static void learn(OurSandbox ours, TouchModule guest) {
		for (int i = 0; i < LEARNING_CALLS; i++) {
			int answer = ours.get().call(TouchModule.FUNCTION, int.class, i);
			require(answer, guest.answer(i));
		}
	}

}
