package dev.wasmsandbox.benchmarks;

import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Machine;
import dev.wasmsandbox.WasmFunction;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.benchmarks.guest.AddModule;
import dev.wasmsandbox.benchmarks.harness.Opaque;
import dev.wasmsandbox.benchmarks.harness.Work;

/**
 * The ways to call {@code add}. The loops are alike on purpose: nanoseconds are counted,
 * so each needs one of its own that HotSpot compiles for it alone.
 */
final class AddCalls {

	private static final int HELD = 10_000;

	private static final int CLEAN = 100;

	private static final int ARGUMENT = 7;

	private AddCalls() {
	}

	/** A function of ours, held. */
	static Work held(WasmFunction add) {
		Opaque opaque = new Opaque(ARGUMENT);
		return work("WasmFunction.callInt", HELD, () -> {
			long sum = 0;
			for (int i = 0; i < HELD; i++) {
				sum += opaque.answer(add.callInt(i, opaque.argument()));
			}
			return sum;
		});
	}

	/** A machine of the plain engine, held. */
	static Work machine(Machine machine, int index) {
		Opaque opaque = new Opaque(ARGUMENT);
		return work("Machine.call", HELD, () -> {
			long sum = 0;
			for (int i = 0; i < HELD; i++) {
				sum += opaque.answer((int) machine.call(index, new long[] { i, opaque.argument() })[0]);
			}
			return sum;
		});
	}

	/** Functions of ours in turn; their number is a power of two. */
	static Work heldOfMany(WasmFunction[] functions) {
		Opaque opaque = new Opaque(ARGUMENT);
		return work("WasmFunction.callInt", HELD, () -> {
			long sum = 0;
			for (int i = 0; i < HELD; i++) {
				WasmFunction add = functions[i & (functions.length - 1)];
				sum += opaque.answer(add.callInt(i, opaque.argument()));
			}
			return sum;
		});
	}

	/** Machines of the plain engine in turn; their number is a power of two. */
	static Work machineOfMany(Machine[] machines, int index) {
		Opaque opaque = new Opaque(ARGUMENT);
		return work("Machine.call", HELD, () -> {
			long sum = 0;
			for (int i = 0; i < HELD; i++) {
				Machine machine = machines[i & (machines.length - 1)];
				sum += opaque.answer((int) machine.call(index, new long[] { i, opaque.argument() })[0]);
			}
			return sum;
		});
	}

	/** An exported function of the plain engine, held. */
	static Work apply(ExportFunction add) {
		Opaque opaque = new Opaque(ARGUMENT);
		return work("ExportFunction.apply", HELD, () -> {
			long sum = 0;
			for (int i = 0; i < HELD; i++) {
				sum += opaque.answer((int) add.apply(i, opaque.argument())[0]);
			}
			return sum;
		});
	}

	/** What the loops above cost without a call. */
	static Work none() {
		Opaque opaque = new Opaque(ARGUMENT);
		return work("an addition in Java", HELD, () -> {
			long sum = 0;
			for (int i = 0; i < HELD; i++) {
				sum += opaque.answer(i + opaque.argument());
			}
			return sum;
		});
	}

	/** A clean sandbox for each call, by the function's name. */
	static Work clean(WasmSandbox sandbox) {
		return work("WasmSandbox.call", CLEAN, () -> {
			long sum = 0;
			for (int i = 0; i < CLEAN; i++) {
				sum += sandbox.call(AddModule.FUNCTION, int.class, i, ARGUMENT);
			}
			return sum;
		});
	}

	/** A clean sandbox for each call, with the function resolved once. */
	static Work cleanExport(WasmFunction add) {
		return work("a WasmFunction of the sandbox", CLEAN, () -> {
			long sum = 0;
			for (int i = 0; i < CLEAN; i++) {
				sum += add.callInt(i, ARGUMENT);
			}
			return sum;
		});
	}

	/** The answer is the sum of i + 7 for all i below the number of calls. */
	private static Work work(String label, int calls, Work.Batch batch) {
		long expected = (long) calls * (calls - 1) / 2 + (long) ARGUMENT * calls;
		return new Work(label, calls, expected, batch);
	}

}
