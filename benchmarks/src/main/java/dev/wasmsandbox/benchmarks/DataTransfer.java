package dev.wasmsandbox.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmFunction;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.benchmarks.harness.Alternating;
import dev.wasmsandbox.benchmarks.harness.Alternating.Comparison;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.CpuClock;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Work;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.BufferMapping;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;

/**
 * What it costs to get data into a guest and out again: copied, beside copies between
 * native memory, and mapped, beside copied. One thread's CPU time.
 */
final class DataTransfer implements Benchmark {

	private static final String NATIVE_COPY = "MemorySegment.copy between native segments";

	/** What is copied. */
	private static final int BYTES = 8 << 20;

	private static final int DOUBLES = BYTES / Double.BYTES;

	/** What is mapped. */
	private static final int LARGE = 64 << 20;

	private static final int SMALL = 1 << 20;

	private static final int WASM_PAGE = 65_536;

	private static final int MAPPINGS = 20;

	/** Where data lies in the guest: behind what it uses itself. */
	private static final int PLACE = 4 * WASM_PAGE;

	/** A second place, which stays resident. */
	private static final int RESIDENT = PLACE + LARGE;

	private static final double MICROS = 1e-3;

	@Override
	public String name() {
		return "data-transfer";
	}

	@Override
	public String summary() {
		return "data in and out of a guest: copied (fraction of a native copy's speed) and mapped (ratio to copying)";
	}

	@Override
	public List<Measurement> measurements() {
		return List.of(bytes("bytes-in.fraction", DataTransfer::bytesIn),
				bytes("bytes-out.fraction", DataTransfer::bytesOut),
				bytes("doubles-in.fraction", DataTransfer::doublesIn),
				bytes("doubles-out.fraction", DataTransfer::doublesOut),
				Measurement.of(DataTransfer::untouched, FigureSpec.absolute("map-64mb.us", "us"),
						FigureSpec.ratio("map-64mb.over-1mb", "mapping and unmapping 1 MB")),
				pass("mapped-pass.ratio", 1, "copying 64 MB into a resident sandbox and reading all"),
				pass("mapped-tenth.ratio", 10, "copying 64 MB into a resident sandbox and reading a tenth"));
	}

	/** An open session whose memory has room for the data. */
	private static SandboxSession open(WasmSandbox sandbox, long bytes) {
		SandboxSession session = sandbox.openSession();
		session.memory().grow((int) (bytes / WASM_PAGE) + 4);
		return session;
	}

	private static WasmSandbox sandbox() {
		return WasmSandbox.builder()
			.source(Fixtures.bytes("process_array"))
			.memoryLimit(256L << 20)
			.callTimeout(Duration.ofSeconds(20))
			.build();
	}

	/** Makes the work for a guest's memory; each answers with bytes it has copied. */
	@FunctionalInterface
	private interface Copying {

		Work in(GuestMemory memory);

	}

	private static Measurement bytes(String id, Copying copying) {
		return Measurement.of((effort, recorder) -> {
			try (WasmSandbox sandbox = sandbox();
					SandboxSession session = open(sandbox, BYTES);
					Arena arena = Arena.ofConfined()) {
				Comparison result = Alternating.compare(effort, CpuClock.thread(), copying.in(session.memory()),
						nativeCopy(arena));
				recorder.record(id, result.otherOverOurs());
			}
		}, FigureSpec.ratio(id, NATIVE_COPY));
	}

	private static Work nativeCopy(Arena arena) {
		MemorySegment from = arena.allocate(BYTES, WASM_PAGE).fill((byte) 5);
		MemorySegment to = arena.allocate(BYTES, WASM_PAGE);
		return new Work(NATIVE_COPY, 1, 10, () -> {
			to.set(ValueLayout.JAVA_BYTE, BYTES - 1, (byte) 0);
			MemorySegment.copy(from, 0, to, 0, BYTES);
			return (long) to.get(ValueLayout.JAVA_BYTE, 0) + to.get(ValueLayout.JAVA_BYTE, BYTES - 1);
		});
	}

	private static Work bytesIn(GuestMemory memory) {
		byte[] source = new byte[BYTES];
		source[0] = 3;
		source[BYTES - 1] = 4;
		return new Work("writeBytes", 1, 7, () -> {
			memory.writeByte(PLACE + BYTES - 1, (byte) 0);
			memory.writeBytes(PLACE, source);
			return (long) memory.readByte(PLACE) + memory.readByte(PLACE + BYTES - 1);
		});
	}

	private static Work bytesOut(GuestMemory memory) {
		byte[] target = new byte[BYTES];
		memory.writeBytes(PLACE, target);
		memory.writeByte(PLACE, (byte) 3);
		memory.writeByte(PLACE + BYTES - 1, (byte) 4);
		return new Work("readBytes", 1, 7, () -> {
			target[BYTES - 1] = 0;
			memory.readBytes(PLACE, target, 0, BYTES);
			return (long) target[0] + target[BYTES - 1];
		});
	}

	private static Work doublesIn(GuestMemory memory) {
		double[] source = new double[DOUBLES];
		source[0] = 3;
		source[DOUBLES - 1] = 4;
		return new Work("writeDoubles", 1, 7, () -> {
			memory.writeDouble(PLACE + BYTES - Double.BYTES, 0);
			memory.writeDoubles(PLACE, source);
			return (long) (memory.readDouble(PLACE) + memory.readDouble(PLACE + BYTES - Double.BYTES));
		});
	}

	private static Work doublesOut(GuestMemory memory) {
		double[] target = new double[DOUBLES];
		memory.writeDoubles(PLACE, target);
		memory.writeDouble(PLACE, 3);
		memory.writeDouble(PLACE + BYTES - Double.BYTES, 4);
		return new Work("readDoubles", 1, 7, () -> {
			target[DOUBLES - 1] = 0;
			memory.readDoubles(PLACE, target, 0, DOUBLES);
			return (long) (target[0] + target[DOUBLES - 1]);
		});
	}

	private static void untouched(Effort effort, Recorder recorder) throws Exception {
		try (WasmSandbox sandbox = sandbox();
				ZeroCopyBuffer large = numbers(LARGE);
				ZeroCopyBuffer small = numbers(SMALL);
				SandboxSession session = open(sandbox, LARGE)) {
			Comparison result = Alternating.compare(effort, CpuClock.thread(), mapping(session, large),
					mapping(session, small));
			recorder.record("map-64mb.us", result.ours().times(MICROS));
			recorder.record("map-64mb.over-1mb", result.oursOverOther());
		}
	}

	private static Work mapping(SandboxSession session, ZeroCopyBuffer buffer) {
		return Work.summing("map and unmap", MAPPINGS, (number) -> PLACE, (number) -> {
			try (BufferMapping mapping = session.map(buffer, PLACE, BufferAccess.READ_WRITE)) {
				return mapping.address();
			}
		});
	}

	/** Numbers from 0 to 1023, again and again. */
	private static ZeroCopyBuffer numbers(int bytes) {
		ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(bytes);
		MemorySegment view = buffer.view();
		for (int i = 0; i < bytes / Double.BYTES; i++) {
			view.setAtIndex(ValueLayout.JAVA_DOUBLE, i, i & 1023);
		}
		return buffer;
	}

	private static long sum(int count) {
		long sum = 0;
		for (int i = 0; i < count; i++) {
			sum += i & 1023;
		}
		return sum;
	}

	private static Measurement pass(String id, int part, String against) {
		int count = LARGE / Double.BYTES / part;
		long expected = sum(count);
		return Measurement.of((effort, recorder) -> {
			try (WasmSandbox sandbox = sandbox();
					ZeroCopyBuffer buffer = numbers(LARGE);
					SandboxSession session = open(sandbox, 2L * LARGE)) {
				WasmFunction sum = session.export("sum");
				MemorySegment resident = session.memory().view(RESIDENT, LARGE).fill((byte) 0);
				Work mapped = new Work("map and read", 1, expected, () -> {
					try (BufferMapping mapping = session.map(buffer, PLACE, BufferAccess.READ_ONLY)) {
						return sum.call(double.class, mapping.address(), count).longValue();
					}
				});
				Work copied = new Work("copy and read", 1, expected, () -> {
					resident.copyFrom(buffer.view());
					return sum.call(double.class, RESIDENT, count).longValue();
				});
				recorder.record(id, Alternating.compare(effort, CpuClock.thread(), mapped, copied).oursOverOther());
			}
		}, FigureSpec.ratio(id, against));
	}

}
