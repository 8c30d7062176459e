package dev.wasmsandbox;

import dev.wasmsandbox.guest.HostFunction;

/** The functions that the hostile modules import, as an honest host would write them. */
final class HostileHost {

	private static final String READS = "(i32, i32) -> i32";

	private static final String TAKES = "(i32) -> ()";

	private static final String VOID = "() -> ()";

	private HostileHost() {
	}

	static WasmSandboxesBuilder functions(WasmSandboxesBuilder builder) {
		return builder
			.hostFunction(HostFunction.of("env", "bytes", READS,
					(context, a) -> result(context.memory().readBytes((int) a[0], (int) a[1]).length)))
			.hostFunction(HostFunction.of("env", "text", READS,
					(context, a) -> result(context.memory().readString((int) a[0], (int) a[1]).length())))
			.hostFunction(HostFunction.of("env", "doubles", READS,
					(context, a) -> result(context.memory().readDoubles((int) a[0], (int) a[1]).length)))
			.hostFunction(HostFunction.of("env", "put", TAKES, (context, a) -> {
				context.memory().writeLong((int) a[0], 1);
				return null;
			}))
			.hostFunction(HostFunction.of("env", "grow", TAKES, (context, a) -> {
				context.memory().grow((int) a[0]);
				return null;
			}))
			.hostFunction(HostFunction.of("env", "allocate", TAKES, (context, a) -> {
				context.allocator().allocate((int) a[0]);
				return null;
			}))
			.hostFunction(HostFunction.of("env", "again", VOID, (context, a) -> context.call("run")))
			.hostFunction(HostFunction.of("env", "nothing", VOID, (context, a) -> null))
			.hostFunction(HostFunction.of("env", "fail", VOID, (context, a) -> {
				throw new IllegalArgumentException("on purpose");
			}));
	}

	private static long[] result(int value) {
		return new long[] { value };
	}

}
