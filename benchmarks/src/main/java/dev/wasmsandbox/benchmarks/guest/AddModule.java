package dev.wasmsandbox.benchmarks.guest;

import dev.wasmsandbox.fixtures.Fixtures;

/**
 * The fixture {@code simple_module} and copies of it, which are other modules to every
 * engine.
 */
public final class AddModule {

	/** {@code (i32, i32) -> i32}, the sum. */
	public static final String FUNCTION = "add";

	private AddModule() {
	}

	/** The module in the binary format. */
	public static byte[] bytes() {
		return Fixtures.bytes("simple_module");
	}

	/** A copy of the given number, compiled apart from all others. */
	public static byte[] copy(int number) {
		return WasmWriter.variant(bytes(), number);
	}

}
