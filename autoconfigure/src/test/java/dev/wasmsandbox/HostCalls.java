package dev.wasmsandbox;

import dev.wasmsandbox.guest.HostFunction;

/** The fixture host_calls with all its imports but one supplied. */
final class HostCalls {

	private HostCalls() {
	}

	static SandboxBuilder with(HostFunction add) {
		return TestModules.builder("host_calls")
			.hostFunction(add)
			.hostFunction(HostFunction.of("env", "log", "(i32, i32) -> ()", (context, arguments) -> null))
			.hostFunction(HostFunction.of("env", "scale", "(f64) -> f64", (context, arguments) -> arguments))
			.hostFunction(HostFunction.of("env", "now", "() -> i64", (context, arguments) -> new long[] { 0 }));
	}

}
