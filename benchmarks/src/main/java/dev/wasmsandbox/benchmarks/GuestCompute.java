package dev.wasmsandbox.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.dylibso.chicory.runtime.Machine;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmFunction;
import dev.wasmsandbox.benchmarks.guest.Kernel;
import dev.wasmsandbox.benchmarks.guest.NativeKernels;
import dev.wasmsandbox.benchmarks.guest.OurSandbox;
import dev.wasmsandbox.benchmarks.guest.PlainChicory;
import dev.wasmsandbox.benchmarks.harness.Alternating;
import dev.wasmsandbox.benchmarks.harness.Alternating.Side;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.CpuClock;
import dev.wasmsandbox.benchmarks.harness.Derived;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Samples;
import dev.wasmsandbox.benchmarks.harness.Work;
import dev.wasmsandbox.fixtures.Fixtures;
import org.jspecify.annotations.Nullable;

/**
 * How fast guests compute: loops of about a millisecond in an open session, beside the
 * same module on the plain engine and the same source compiled to native code. CPU time
 * of the thread, which is the native program's only one. Ours and the plain engine each
 * compile the module for themselves, so no code sees the memory of the other.
 */
final class GuestCompute implements Benchmark {

	private static final String PLAIN = "chicory-1.7.5, ByteArrayMemory";

	private static final String NATIVE = "gcc -O2";

	/** After so many calls HotSpot has compiled a function whole and for good. */
	private static final int SMALL_CALLS = 2000;

	@Override
	public String name() {
		return "guest-compute";
	}

	@Override
	public String summary() {
		return "loops inside guests, CPU time (vs-plain: plain / ours, vs-native: ours / native)";
	}

	@Override
	public List<Derived> derived() {
		List<String> plain = ids(".vs-plain");
		return List.of(new Derived(FigureSpec.ratio("geomean.vs-plain", PLAIN), plain, Derived.Rule.GEOMETRIC_MEAN),
				new Derived(FigureSpec.ratio("worst.vs-plain", PLAIN), plain, Derived.Rule.LEAST), new Derived(
						FigureSpec.ratio("geomean.vs-native", NATIVE), ids(".vs-native"), Derived.Rule.GEOMETRIC_MEAN));
	}

	private static List<String> ids(String suffix) {
		return Arrays.stream(Kernel.values()).map((kernel) -> "kernel." + kernel.id() + suffix).toList();
	}

	@Override
	public List<Measurement> measurements() {
		return Arrays.stream(Kernel.values()).map(GuestCompute::measurement).toList();
	}

	private static Measurement measurement(Kernel kernel) {
		String id = "kernel." + kernel.id();
		return Measurement.of((effort, recorder) -> measure(kernel, id, effort, recorder),
				FigureSpec.ratio(id + ".vs-plain", PLAIN), FigureSpec.ratio(id + ".vs-native", NATIVE));
	}

	/** Without a native compiler it fails, but only once the rest is recorded. */
	private static void measure(Kernel kernel, String id, Effort effort, Recorder recorder) throws Exception {
		IOException missing = null;
		NativeKernels found = null;
		try {
			found = NativeKernels.start();
		}
		catch (IOException ex) {
			missing = ex;
		}
		try (NativeKernels natives = found) {
			Samples[] samples = measure(kernel, effort, natives);
			recorder.record(id + ".vs-plain", samples[1].dividedBy(samples[0]));
			if (missing != null) {
				throw missing;
			}
			recorder.record(id + ".vs-native", samples[0].dividedBy(samples[2]));
		}
	}

	/** Returns nanoseconds a call of ours, the plain engine's, and native code if any. */
	private static Samples[] measure(Kernel kernel, Effort effort, @Nullable NativeKernels natives) throws Exception {
		byte[] module = Fixtures.bytes("kernels");
		PlainChicory plain = new PlainChicory(module);
		Machine machine = plain.instantiate().getMachine();
		int index = plain.functionIndex(kernel.function());
		try (OurSandbox sandbox = new OurSandbox(module, 1); SandboxSession session = sandbox.get().openSession()) {
			WasmFunction function = session.export(kernel.function());
			callSmall(kernel, function, machine, index);
			CpuClock thread = CpuClock.thread();
			List<Side> sides = new ArrayList<>();
			sides.add(new Side(thread, work(kernel, "ours", () -> ours(kernel, function))));
			sides.add(new Side(thread, work(kernel, "the plain engine's", () -> plain(kernel, machine, index))));
			if (natives != null) {
				sides.add(new Side(natives::nanos,
						work(kernel, "the native", () -> natives.call(kernel, kernel.size(), kernel.calls()))));
			}
			return Alternating.inTurns(effort, sides);
		}
	}

	/**
	 * Long calls alone would take seconds until HotSpot compiles more than their loops.
	 */
	private static void callSmall(Kernel kernel, WasmFunction function, Machine machine, int index) {
		for (int i = 0; i < SMALL_CALLS; i++) {
			long ours = function.callRaw(kernel.smallSize())[0];
			long plain = machine.call(index, new long[] { kernel.smallSize() })[0];
			if (ours != plain) {
				throw new IllegalStateException(kernel.function() + "(" + kernel.smallSize() + ") answered " + ours
						+ " where the plain engine answered " + plain);
			}
		}
	}

	private static long ours(Kernel kernel, WasmFunction function) {
		long sum = 0;
		for (int i = 0; i < kernel.calls(); i++) {
			sum += function.callRaw(kernel.size())[0];
		}
		return sum;
	}

	private static long plain(Kernel kernel, Machine machine, int index) {
		long sum = 0;
		for (int i = 0; i < kernel.calls(); i++) {
			sum += machine.call(index, new long[] { kernel.size() })[0];
		}
		return sum;
	}

	private static Work work(Kernel kernel, String whose, Work.Batch batch) {
		return new Work(whose + " " + kernel.function(), kernel.calls(), kernel.calls() * kernel.answer(), batch);
	}

}
