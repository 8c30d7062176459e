package dev.wasmsandbox.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.benchmarks.guest.OurSandbox;
import dev.wasmsandbox.benchmarks.guest.TouchModule;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Samples;

/**
 * What a sandbox of 64 MB takes beyond its 64 MB, when all of them were written: resident
 * memory and page tables, against the same number of bytes allocated natively.
 */
final class MemoryOverhead implements Benchmark {

	private static final int PAGES = 1_024;

	private static final int BYTES = PAGES * 65_536;

	private static final int SANDBOXES = 8;

	@Override
	public String name() {
		return "memory-overhead";
	}

	@Override
	public String summary() {
		return "resident memory of a 64 MB sandbox, all of it written, over 64 MB allocated natively";
	}

	@Override
	public List<String> jvmOptions() {
		return List.of("-Xmx256m", "-XX:+UseSerialGC", "-Xmn32m");
	}

	@Override
	public List<Measurement> measurements() {
		return List.of(Measurement.of((effort, recorder) -> {
			double[] percent = new double[effort.quick() ? 2 : 5];
			sandboxes();
			for (int i = 0; i < percent.length; i++) {
				percent[i] = (sandboxes() / natively() - 1) * 100;
			}
			recorder.record("overhead.percent", Samples.of(percent));
		}, new FigureSpec("overhead.percent", "%", "the same bytes allocated natively")));
	}

	private static double sandboxes() throws IOException {
		List<SandboxSession> sessions = new ArrayList<>();
		try (OurSandbox sandbox = new OurSandbox(new TouchModule(PAGES, PAGES, false).toBytes(), SANDBOXES)) {
			ProcessMemory before = ProcessMemory.now();
			for (int i = 0; i < SANDBOXES; i++) {
				SandboxSession session = sandbox.get().openSession();
				sessions.add(session);
				session.memory().view(0, BYTES).fill((byte) 1);
			}
			long taken = ProcessMemory.now().all() - before.all();
			sessions.forEach(SandboxSession::close);
			return taken;
		}
	}

	private static double natively() throws IOException {
		ProcessMemory before = ProcessMemory.now();
		try (Arena arena = Arena.ofConfined()) {
			List<MemorySegment> segments = new ArrayList<>();
			for (int i = 0; i < SANDBOXES; i++) {
				MemorySegment segment = arena.allocate(BYTES);
				segment.fill((byte) 1);
				segments.add(segment);
			}
			long taken = ProcessMemory.now().all() - before.all();
			if (segments.getLast().byteSize() != BYTES) {
				throw new IllegalStateException("a segment has another size");
			}
			return taken;
		}
	}

}
