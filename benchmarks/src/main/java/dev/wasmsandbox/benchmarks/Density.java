package dev.wasmsandbox.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.benchmarks.guest.LargeImports;
import dev.wasmsandbox.benchmarks.guest.OurSandbox;
import dev.wasmsandbox.benchmarks.guest.TouchModule;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Samples;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.HostFunction;

/**
 * What a live sandbox takes: a session that is open and has answered a call. All sessions
 * are open at once and answer rightly again at the end. Counted are resident memory and
 * page tables of the process, as the kernel says, heap and metaspace included; the
 * difference to before the first, after a garbage collection each time.
 */
final class Density implements Benchmark {

	private static final int MANY = 60_000;

	/** Calls before the first sandbox is counted, so that compiled code is not. */
	private static final int WARM_UP = 20_000;

	/** What one session is asked, and must answer, twice. */
	private interface Check {

		void ask(SandboxSession session, int number, int round);

	}

	/** Makes sandboxes and says what they took. */
	private interface Growth {

		Grown run(Effort effort) throws IOException;

	}

	@Override
	public String name() {
		return "density";
	}

	@Override
	public String summary() {
		return "memory of a live sandbox that has answered a call: resident memory and page tables";
	}

	@Override
	public List<String> jvmOptions() {
		// A collector that touches no more of the heap than it needs: garbage is not what
		// a sandbox takes, and must not drown it.
		return List.of("-Xmx512m", "-XX:+UseSerialGC", "-Xmn32m");
	}

	@Override
	public List<Measurement> measurements() {
		return List.of(touch("kb.1p", TouchModule.onePage()), touch("kb.17p", TouchModule.seventeenPages()),
				kilobytes("kb.large",
						(effort) -> grow(Fixtures.bytes("large"), LargeImports.hostFunctions(), Density::askLarge,
								count(effort, 1_000, 3_000))),
				Measurement.of(this::many, FigureSpec.absolute("live.count", "sandboxes"),
						FigureSpec.absolute("live.total-mb", "MB"), FigureSpec.absolute("live.unshared-mb", "MB")));
	}

	private Measurement touch(String id, TouchModule guest) {
		return kilobytes(id, (effort) -> grow(guest.toBytes(), List.of(),
				(session, number, round) -> askTouching(guest, session, number, round), count(effort, 3_000, 10_000)));
	}

	private Measurement kilobytes(String id, Growth growth) {
		return Measurement.of((effort, recorder) -> {
			Grown grown = growth.run(effort);
			recorder.record(id, Samples.of(grown.each(grown.after().all() - grown.before().all())));
			recorder.record(id + ".unshared",
					Samples.of(grown.each(grown.after().unshared() - grown.before().unshared())));
		}, FigureSpec.absolute(id, "KB"), FigureSpec.absolute(id + ".unshared", "KB"));
	}

	private void many(Effort effort, Recorder recorder) throws IOException {
		TouchModule guest = TouchModule.seventeenPages();
		Grown grown = grow(guest.toBytes(), List.of(),
				(session, number, round) -> askTouching(guest, session, number, round), count(effort, MANY, MANY));
		recorder.record("live.count", Samples.of(grown.sandboxes()));
		recorder.record("live.total-mb", Samples.of(grown.after().all() / 1_024.0));
		recorder.record("live.unshared-mb", Samples.of(grown.after().unshared() / 1_024.0));
	}

	private static int count(Effort effort, int quick, int full) {
		int count = effort.quick() ? quick : full;
		return effort.equals(Effort.least()) ? count / 100 : count;
	}

	/** The guest adds to the same word each time. */
	private static void askTouching(TouchModule guest, SandboxSession session, int number, int round) {
		int answer = session.call(TouchModule.FUNCTION, int.class, number);
		require(answer == guest.answer(number) + round * (number + 1), number);
	}

	private static void askLarge(SandboxSession session, int number, int round) {
		require(session.call("f0", int.class, number) == 31 * number + 7, number);
	}

	private static void require(boolean right, int number) {
		if (!right) {
			throw new IllegalStateException("sandbox " + number + " gave a wrong answer");
		}
	}

	private static Grown grow(byte[] module, List<HostFunction> imports, Check check, int count) throws IOException {
		List<SandboxSession> sessions = new ArrayList<>(count);
		try (OurSandbox sandbox = new OurSandbox(module, count + 1, imports)) {
			for (int i = 0; i < WARM_UP; i++) {
				try (SandboxSession session = sandbox.get().openSession()) {
					check.ask(session, i, 0);
				}
			}
			ProcessMemory before = ProcessMemory.now();
			for (int i = 0; i < count; i++) {
				SandboxSession session = sandbox.get().openSession();
				sessions.add(session);
				check.ask(session, i, 0);
			}
			ProcessMemory after = ProcessMemory.now();
			for (int i = 0; i < count; i++) {
				check.ask(sessions.get(i), i, 1);
			}
			sessions.forEach(SandboxSession::close);
			return new Grown(sessions.size(), before, after);
		}
	}

	/**
	 * A process that has grown.
	 *
	 * @param sandboxes by how many sandboxes
	 * @param before before the first
	 * @param after with all of them
	 */
	private record Grown(int sandboxes, ProcessMemory before, ProcessMemory after) {

		double each(long kilobytes) {
			return (double) kilobytes / this.sandboxes;
		}

	}

}
