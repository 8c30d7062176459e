package dev.wasmsandbox.sample.jobs;

import dev.wasmsandbox.WasmFunction;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.sample.web.InvalidInputException;
import dev.wasmsandbox.spring.WasmModule;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Calls functions that take and return numbers; nothing else is needed for those.
 */
@RestController
class ArithmeticController {

	/** The greatest n whose Fibonacci number fits an {@code i32}. */
	private static final int LARGEST_FIB = 46;

	private final WasmFunction add;

	private final WasmFunction fib;

	ArithmeticController(@WasmModule("simple") WasmSandbox simple) {
		this.add = simple.export("add");
		this.fib = simple.export("fib");
	}

	@GetMapping("/add")
	int add(@RequestParam int a, @RequestParam int b) {
		return this.add.callInt(a, b);
	}

	/**
	 * Recursive on purpose: a large n runs into the module's {@code limits.call-timeout}.
	 */
	@GetMapping("/fib")
	int fib(@RequestParam int n) {
		if (n < 0 || n > LARGEST_FIB) {
			throw new InvalidInputException(HttpStatus.BAD_REQUEST, "Number out of range",
					"n must be between 0 and " + LARGEST_FIB + ", but is " + n + ".");
		}
		return this.fib.callInt(n);
	}

}
