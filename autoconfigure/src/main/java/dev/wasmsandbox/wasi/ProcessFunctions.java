package dev.wasmsandbox.wasi;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;

/**
 * Arguments, environment, clocks, random numbers and the end of the process.
 */
final class ProcessFunctions {

	/** Clocks of the specification: the time of day, and one that never goes back. */
	static final int REALTIME = 0;

	static final int MONOTONIC = 1;

	private static final int CLOCKS = 4;

	private static final SecureRandom SECURE = new SecureRandom();

	private ProcessFunctions() {
	}

	static List<WasiFunction> all() {
		return List.of(WasiFunction.of("args_get", "(i32, i32) -> i32", (s, a) -> strings(s, s.start().arguments(), a)),
				WasiFunction.of("args_sizes_get", "(i32, i32) -> i32", (s, a) -> sizes(s, s.start().arguments(), a)),
				WasiFunction.of("environ_get", "(i32, i32) -> i32", (s, a) -> strings(s, s.start().variables(), a)),
				WasiFunction.of("environ_sizes_get", "(i32, i32) -> i32", (s, a) -> sizes(s, s.start().variables(), a)),
				WasiFunction.of("clock_res_get", "(i32, i32) -> i32", ProcessFunctions::resolution),
				WasiFunction.of("clock_time_get", "(i32, i64, i32) -> i32", ProcessFunctions::time),
				WasiFunction.of("random_get", "(i32, i32) -> i32", ProcessFunctions::random),
				WasiFunction.of("proc_exit", "(i32) -> ()", (s, a) -> {
					throw s.guest().exit((int) a[0]);
				}), WasiFunction.of("proc_raise", "(i32) -> i32", (s, a) -> {
					throw new WasiFailure(Errno.NOSYS);
				}), WasiFunction.of("sched_yield", "() -> i32", (s, a) -> {
					s.checkpoint();
					Thread.onSpinWait();
				}).safe());
	}

	/** Writes texts with a NUL behind each, and their addresses. */
	private static void strings(WasiState state, List<String> texts, long[] arguments) throws WasiFailure {
		int pointer = (int) arguments[0];
		int address = (int) arguments[1];
		for (String text : texts) {
			byte[] bytes = (text + '\0').getBytes(StandardCharsets.UTF_8);
			state.memory().write(address, bytes, bytes.length);
			state.memory().i32(pointer, address);
			address += bytes.length;
			pointer += 4;
		}
	}

	private static void sizes(WasiState state, List<String> texts, long[] arguments) throws WasiFailure {
		int bytes = 0;
		for (String text : texts) {
			bytes += text.getBytes(StandardCharsets.UTF_8).length + 1;
		}
		state.memory().i32((int) arguments[0], texts.size());
		state.memory().i32((int) arguments[1], bytes);
	}

	/** Checks that a clock is granted; only the two that tell time to all are. */
	static void requireClock(WasiState state, int clock) throws WasiFailure {
		if (!state.settings().clocks()) {
			throw new WasiFailure(Errno.NOTCAPABLE);
		}
		if (clock != REALTIME && clock != MONOTONIC) {
			throw new WasiFailure((clock >= 0 && clock < CLOCKS) ? Errno.NOTSUP : Errno.INVAL);
		}
	}

	static long now(WasiState state, int clock) {
		return (clock == REALTIME) ? state.realtime() : state.monotonic();
	}

	private static void resolution(WasiState state, long[] arguments) throws WasiFailure {
		requireClock(state, (int) arguments[0]);
		state.memory().i64((int) arguments[1], state.settings().clockResolution().toNanos());
	}

	private static void time(WasiState state, long[] arguments) throws WasiFailure {
		int clock = (int) arguments[0];
		requireClock(state, clock);
		state.memory().i64((int) arguments[2], now(state, clock));
	}

	private static void random(WasiState state, long[] arguments) throws WasiFailure {
		WasiRandom source = state.settings().random();
		if (source == WasiRandom.NONE) {
			throw new WasiFailure(Errno.NOTCAPABLE);
		}
		int address = (int) arguments[0];
		long left = Integer.toUnsignedLong((int) arguments[1]);
		state.memory().require(address, left);
		while (left > 0) {
			state.checkpoint();
			byte[] step = new byte[(int) Math.min(left, WasiState.STEP)];
			if (source == WasiRandom.SECURE) {
				SECURE.nextBytes(step);
			}
			else {
				state.random().nextBytes(step);
			}
			state.memory().write(address, step, step.length);
			address += step.length;
			left -= step.length;
		}
	}

}
