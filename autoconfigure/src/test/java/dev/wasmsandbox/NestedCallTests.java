package dev.wasmsandbox;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Threads that ask for a sandbox while they hold one. Callers would wait for an hour, so
 * a test that waits in vain fails by its time limit.
 */
@Timeout(60)
class NestedCallTests {

	private static final Duration LONG = Duration.ofHours(1);

	private final AtomicReference<WasmSandbox> self = new AtomicReference<>();

	private WasmSandbox nesting(int maxSize, HostFunction.Body add) {
		WasmSandbox sandbox = HostCalls.with(HostFunction.of("env", "add", "(i32, i32) -> i32", add))
			.pool(new PoolSettings(maxSize, LONG))
			.callTimeout(LONG)
			.build();
		this.self.set(sandbox);
		return sandbox;
	}

	private long[] callItself(long[] arguments) {
		return new long[] { this.self.get().call("run_add", int.class, (int) arguments[0] - 1, (int) arguments[1]) };
	}

	@Test
	void whereThisThreadHoldsAllSandboxesItIsRefusedAtOnce() {
		try (WasmSandbox sandbox = nesting(3, (context, arguments) -> callItself(arguments))) {
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 100, 0))
				.satisfies((ex) -> assertThat(ex).hasRootCauseInstanceOf(SandboxBusyException.class)
					.rootCause()
					.hasMessageContaining("waiting would never end"));
			assertThat(sandbox.statistics().pool().leased()).isZero();
		}
	}

	@Test
	void aMessageHasWhatBeganItOnceHoweverDeepItWas() {
		try (WasmSandbox sandbox = nesting(32, (context, arguments) -> callItself(arguments))) {
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 100, 0))
				.withMessageContaining("env.add threw dev.wasmsandbox.error.SandboxBusyException")
				.withMessageContaining("(31 calls of sandboxes further in)")
				.satisfies((ex) -> assertThat(String.valueOf(ex.getMessage())).hasSizeLessThan(1_000));
		}
	}

	@Test
	void aStackTraceHasWhatBeganItOnceHoweverDeepItWas() {
		try (WasmSandbox sandbox = nesting(64, (context, arguments) -> callItself(arguments))) {
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 100, 0))
				.withMessageContaining("(63 calls of sandboxes further in)")
				.satisfies((ex) -> {
					assertThat(ex.callsWithin()).isEqualTo(63);
					assertThat(ex).hasRootCauseInstanceOf(SandboxBusyException.class);
					assertThat(printed(ex).lines().filter((line) -> line.startsWith("Caused by:"))).hasSize(1);
				});
		}
	}

	@Test
	void aFewCallsWithinOneAnotherAreAllKept() {
		try (WasmSandbox sandbox = nesting(9, (context, arguments) -> callItself(arguments))) {
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 100, 0))
				.withMessageContaining("(8 calls of sandboxes further in)")
				.satisfies((ex) -> assertThat(printed(ex).lines().filter((line) -> line.startsWith("Caused by:")))
					.hasSize(9));
		}
	}

	private static String printed(Throwable failure) {
		StringWriter text = new StringWriter();
		failure.printStackTrace(new PrintWriter(text));
		return text.toString();
	}

	@Test
	void whereThereAreEnoughItIsServed() {
		try (WasmSandbox sandbox = nesting(5,
				(context, arguments) -> (arguments[0] > 0) ? callItself(arguments) : new long[] { arguments[1] })) {
			assertThat(sandbox.call("run_add", int.class, 4, 42)).isEqualTo(42);
		}
	}

	@Test
	void whereAnotherThreadHoldsOneItWaitsForThat() throws Exception {
		CountDownLatch leased = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		try (WasmSandbox sandbox = nesting(2,
				(context, arguments) -> (arguments[0] > 0) ? callItself(arguments) : new long[] { arguments[1] });
				ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			Future<?> other = threads.submit(() -> {
				try (SandboxSession session = sandbox.openSession()) {
					leased.countDown();
					end.await();
					return session.instanceId();
				}
			});
			leased.await();
			Future<Integer> nested = threads.submit(() -> sandbox.call("run_add", int.class, 1, 42));
			Awaitility.await().until(() -> sandbox.statistics().pool().pending() == 1);
			assertThat(nested).isNotDone();
			end.countDown();
			assertThat(nested.get()).isEqualTo(42);
			other.get();
		}
	}

	@Test
	void threadsThatWouldWaitForEachOtherDoNot() throws Exception {
		int threadCount = 4;
		CyclicBarrier allHoldOne = new CyclicBarrier(threadCount);
		try (WasmSandbox sandbox = nesting(threadCount, (context, arguments) -> {
			if (arguments[0] == 0) {
				return new long[] { arguments[1] };
			}
			allHoldOne.await();
			return callItself(arguments);
		}); ExecutorService threads = Executors.newCachedThreadPool()) {
			List<Future<Boolean>> calls = new ArrayList<>();
			for (int i = 0; i < threadCount; i++) {
				calls.add(threads.submit(() -> served(sandbox)));
			}
			int served = 0;
			for (Future<Boolean> call : calls) {
				served += call.get() ? 1 : 0;
			}
			// One is refused; what it gives back lets the others go on.
			assertThat(served).isEqualTo(threadCount - 1);
			assertThat(sandbox.statistics().pool().leased()).isZero();
		}
	}

	private static boolean served(WasmSandbox sandbox) {
		try {
			return sandbox.call("run_add", int.class, 1, 42) == 42;
		}
		catch (HostFunctionException ex) {
			assertThat(ex).hasCauseInstanceOf(SandboxBusyException.class);
			return false;
		}
	}

	@Test
	void aThreadWithAnOpenSessionIsRefusedLikewise() {
		try (WasmSandbox sandbox = TestModules.builder("values").pool(new PoolSettings(1, LONG)).build();
				SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(() -> sandbox.call("i32", int.class, 7))
				.withMessageContaining("all 1 sandboxes are held by this thread");
			assertThat(session.call("i32", int.class, 7)).isEqualTo(7);
		}
	}

}
