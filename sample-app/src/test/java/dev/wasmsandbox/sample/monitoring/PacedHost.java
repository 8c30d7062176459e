package dev.wasmsandbox.sample.monitoring;

import java.util.concurrent.locks.LockSupport;

import dev.wasmsandbox.WasmHostFunction;

import org.springframework.boot.test.context.TestComponent;

/**
 * What the fixture {@code host_calls} imports. {@link #scale} takes the time it is told.
 */
@TestComponent
class PacedHost {

	@WasmHostFunction
	void log(String line) {
	}

	@WasmHostFunction
	int add(int a, int b) {
		return a + b;
	}

	/** Parks for so many microseconds. */
	@WasmHostFunction
	double scale(double micros) {
		long end = System.nanoTime() + (long) (1000 * micros);
		long left = end - System.nanoTime();
		while (left > 0) {
			LockSupport.parkNanos(left);
			left = end - System.nanoTime();
		}
		return micros;
	}

	@WasmHostFunction
	long now() {
		return System.nanoTime();
	}

}
