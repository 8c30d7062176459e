package dev.wasmsandbox.sample.monitoring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.observe.Outcome;

/**
 * A load of known shape. It keeps when each of its calls began and ended, so that figures
 * are held against the same calls, however slow the machine is at the time.
 */
final class KnownLoad {

	private static final int THREADS = 6;

	private static final int CALLS = 160;

	/** Different times are asked for, each as often as the others. */
	private static final int STEPS = 80;

	/** What it calls. */
	static final List<Function> FUNCTIONS = List.of(new Function("paced", "run_scale"), new Function("traps", "div"),
			new Function("traps", "loop_forever"), new Function("traps", "ok"), new Function("simple", "fib"));

	private final WasmSandbox paced;

	private final WasmSandbox traps;

	private final WasmSandbox simple;

	private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();

	KnownLoad(WasmSandboxes sandboxes) {
		this.paced = sandboxes.get("paced");
		this.traps = sandboxes.get("traps");
		this.simple = sandboxes.get("simple");
	}

	/** A function of a module. */
	record Function(String module, String name) {
	}

	/**
	 * A call as its caller saw it. Milliseconds are those of the day.
	 */
	record Call(String module, String function, Outcome outcome, long beganMillis, long endedMillis, long nanos) {
	}

	/** One call of each kind, after which all meters are there. */
	void each() {
		park(0);
		trap();
		timeOut();
		wrong();
		burn(5);
	}

	/** Runs it; some seconds. */
	List<Call> run() throws InterruptedException, ExecutionException {
		try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
			List<Future<?>> done = new ArrayList<>();
			for (int thread = 0; thread < THREADS; thread++) {
				int first = thread * CALLS;
				done.add(threads.submit(() -> {
					for (int i = first; i < first + CALLS; i++) {
						one(i);
					}
				}));
			}
			for (Future<?> each : done) {
				each.get();
			}
		}
		// One after the other, and for milliseconds: the time of a guest that computes is
		// its own then, and the way to it does not count.
		for (int i = 0; i < 200; i++) {
			burn(25 + i % 5);
		}
		return List.copyOf(this.calls);
	}

	private void one(int i) {
		// 37 has no divisor in common with the steps, so that times are well mixed.
		park(1_000 + 200.0 * (i * 37 % STEPS));
		if (i % 10 == 3) {
			trap();
		}
		if (i % 25 == 4) {
			wrong();
		}
		if (i % 80 == 5) {
			timeOut();
		}
	}

	private void park(double micros) {
		time("paced", "run_scale", () -> this.paced.call("run_scale", double.class, micros));
	}

	private void burn(int n) {
		time("simple", "fib", () -> this.simple.call("fib", int.class, n));
	}

	private void trap() {
		time("traps", "div", () -> this.traps.call("div", int.class, 1, 0));
	}

	private void timeOut() {
		time("traps", "loop_forever", () -> this.traps.call("loop_forever", void.class));
	}

	private void wrong() {
		time("traps", "ok", () -> this.traps.call("ok", int.class, 1));
	}

	private void time(String module, String function, Runnable call) {
		Outcome outcome = Outcome.SUCCESS;
		long beganMillis = System.currentTimeMillis();
		long began = System.nanoTime();
		try {
			call.run();
		}
		catch (SandboxTrapException ex) {
			outcome = Outcome.TRAP;
		}
		catch (SandboxTimeoutException ex) {
			outcome = Outcome.TIMEOUT;
		}
		catch (GuestAbiException ex) {
			outcome = Outcome.ABI;
		}
		long nanos = System.nanoTime() - began;
		this.calls.add(new Call(module, function, outcome, beganMillis, System.currentTimeMillis(), nanos));
	}

	/** The value at a percentile: as many calls took no longer. */
	static double percentile(List<Call> calls, double percentile) {
		long[] nanos = calls.stream().mapToLong(Call::nanos).sorted().toArray();
		return nanos[(int) Math.ceil(percentile * nanos.length) - 1];
	}

	static List<Call> of(List<Call> calls, String module, String function) {
		return calls.stream()
			.filter((call) -> call.module().equals(module) && call.function().equals(function))
			.toList();
	}

}
