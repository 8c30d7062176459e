package dev.wasmsandbox.benchmarks.guest;

import java.util.List;
import java.util.stream.IntStream;

import dev.wasmsandbox.guest.HostFunction;

/**
 * Stubs for the 40 imports of the fixture {@code large}, see its README. Each returns 100
 * of its type, if it returns anything, and shares one array for it.
 */
public final class LargeImports {

	/** What {@code run_imports(3)} then answers. */
	public static final int RUN_IMPORTS_ANSWER = 1200;

	private static final List<String> SIGNATURES = List.of("(i32) -> i32", "(i32, i32) -> i32", "() -> ()",
			"(i32) -> ()", "(i64) -> i64", "(f64) -> f64", "(i32, i32, i32) -> i32", "(i32, f64) -> f64", "() -> i64",
			"(i32, i32, i32, i32) -> ()");

	private LargeImports() {
	}

	/** The stubs as the library takes them. */
	public static List<HostFunction> hostFunctions() {
		return IntStream.range(0, 40).mapToObj(LargeImports::hostFunction).toList();
	}

	private static HostFunction hostFunction(int number) {
		String signature = SIGNATURES.get(number % SIGNATURES.size());
		HostFunction function = HostFunction.of("env", "h" + number, signature, (context, arguments) -> null);
		long[] answer = answer(function.signature().results().stream().map(Object::toString).toList());
		return HostFunction.of("env", "h" + number, signature, (context, arguments) -> answer);
	}

	static long[] answer(List<String> results) {
		return results.stream()
			.mapToLong((type) -> type.equalsIgnoreCase("f64") ? Double.doubleToRawLongBits(100) : 100)
			.toArray();
	}

}
