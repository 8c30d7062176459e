package dev.wasmsandbox.benchmarks;

import java.util.ArrayList;
import java.util.List;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.Machine;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmFunction;
import dev.wasmsandbox.benchmarks.guest.AddModule;
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
import dev.wasmsandbox.benchmarks.harness.Recorder;

/**
 * What one call of {@code add(i32, i32)} costs besides the addition: in an open session,
 * where sandbox and function are held, and in a clean sandbox. Held calls are of one
 * thread and counted in its CPU time, clean ones in that of the process.
 */
final class CallOverhead implements Benchmark {

	/** So many modules that no call site knows which one it will call. */
	private static final int MANY = 4;

	private static final String MACHINE = "chicory-1.7.5 Machine.call, new long[2]";

	private static final double MICROS = 1e-3;

	@Override
	public String name() {
		return "call-overhead";
	}

	@Override
	public String summary() {
		return "the price of one call, in an open session (held: ours / plain) and in a clean sandbox (clean)";
	}

	@Override
	public List<String> jvmOptions() {
		// The last one silences a warning about JMH.
		return List.of("-Xms1g", "-Xmx1g", "--sun-misc-unsafe-memory-access=allow");
	}

	@Override
	public List<Measurement> measurements() {
		return List.of(
				Measurement.of(CallOverhead::held, FigureSpec.absolute("held.ns", "ns"),
						FigureSpec.ratio("held.ratio", MACHINE), FigureSpec.absolute("machine-call.ns", "ns")),
				Measurement.of(CallOverhead::heldOfMany, FigureSpec.absolute("held4.ns", "ns"),
						FigureSpec.ratio("held4.ratio", MACHINE + ", 4 modules in turn"),
						FigureSpec.absolute("machine-call4.ns", "ns")),
				Measurement.of(CallOverhead::heldAgainstApply,
						FigureSpec.ratio("held.vs-apply", "chicory-1.7.5 ExportFunction.apply, held")),
				Measurement.of(CallOverhead::clean, FigureSpec.absolute("clean.us", "us"),
						FigureSpec.absolute("clean.export.us", "us")),
				Measurement.of(CallOverhead::cleanAgainstFresh,
						FigureSpec.ratio("clean.ratio.17p", "chicory-1.7.5 fresh instance")),
				Measurement.of(CallOverhead::loop, FigureSpec.absolute("loop.ns", "ns")),
				Measurement.of(HeldCallJmh::measure, FigureSpec.absolute("jmh.held.ns", "ns"),
						FigureSpec.absolute("jmh.machine-call.ns", "ns")));
	}

	private static void held(Effort effort, Recorder recorder) throws Exception {
		PlainChicory plain = new PlainChicory(AddModule.bytes());
		try (OurSandbox ours = new OurSandbox(AddModule.bytes(), 1);
				SandboxSession session = ours.get().openSession()) {
			Comparison result = Alternating.compare(effort, CpuClock.thread(),
					AddCalls.held(session.export(AddModule.FUNCTION)),
					AddCalls.machine(plain.instantiate().getMachine(), plain.functionIndex(AddModule.FUNCTION)));
			recorder.record("held.ns", result.ours());
			recorder.record("held.ratio", result.oursOverOther());
			recorder.record("machine-call.ns", result.other());
		}
	}

	private static void heldOfMany(Effort effort, Recorder recorder) throws Exception {
		List<OurSandbox> sandboxes = new ArrayList<>();
		try {
			WasmFunction[] functions = new WasmFunction[MANY];
			Machine[] machines = new Machine[MANY];
			int index = new PlainChicory(AddModule.bytes()).functionIndex(AddModule.FUNCTION);
			for (int i = 0; i < MANY; i++) {
				OurSandbox sandbox = new OurSandbox(AddModule.copy(i), 1);
				sandboxes.add(sandbox);
				functions[i] = sandbox.get().openSession().export(AddModule.FUNCTION);
				machines[i] = new PlainChicory(AddModule.copy(i)).instantiate().getMachine();
			}
			Comparison result = Alternating.compare(effort, CpuClock.thread(), AddCalls.heldOfMany(functions),
					AddCalls.machineOfMany(machines, index));
			recorder.record("held4.ns", result.ours());
			recorder.record("held4.ratio", result.oursOverOther());
			recorder.record("machine-call4.ns", result.other());
		}
		finally {
			sandboxes.forEach(OurSandbox::close);
		}
	}

	private static void heldAgainstApply(Effort effort, Recorder recorder) throws Exception {
		PlainChicory plain = new PlainChicory(AddModule.bytes());
		try (OurSandbox ours = new OurSandbox(AddModule.bytes(), 1);
				SandboxSession session = ours.get().openSession()) {
			Comparison result = Alternating.compare(effort, CpuClock.thread(),
					AddCalls.held(session.export(AddModule.FUNCTION)),
					AddCalls.apply(plain.instantiate().export(AddModule.FUNCTION)));
			recorder.record("held.vs-apply", result.oursOverOther());
		}
	}

	private static void clean(Effort effort, Recorder recorder) throws Exception {
		try (OurSandbox ours = new OurSandbox(AddModule.bytes(), 8)) {
			Comparison result = Alternating.compare(effort, CpuClock.process(), AddCalls.clean(ours.get()),
					AddCalls.cleanExport(ours.get().export(AddModule.FUNCTION)));
			recorder.record("clean.us", result.ours().times(MICROS));
			recorder.record("clean.export.us", result.other().times(MICROS));
		}
	}

	private static void cleanAgainstFresh(Effort effort, Recorder recorder) throws Exception {
		TouchModule guest = TouchModule.seventeenPages();
		try (OurSandbox ours = new OurSandbox(guest.toBytes(), 8)) {
			Comparison result = Alternating.compare(effort, CpuClock.process(),
					ColdStart.oursTouching(ours.get(), guest),
					ColdStart.plainTouching(new PlainChicory(guest.toBytes()), guest, ByteArrayMemory::new));
			recorder.record("clean.ratio.17p", result.otherOverOurs());
		}
	}

	private static void loop(Effort effort, Recorder recorder) throws Exception {
		recorder.record("loop.ns", Alternating.alone(effort, CpuClock.thread(), AddCalls.none()));
	}

}
