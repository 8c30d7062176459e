package dev.wasmsandbox;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.observe.Outcome;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/** What ends a guest from outside. The time-outs only guard against hangs. */
@Timeout(120)
class DeadlineTests {

	private static final Duration LIMIT = Duration.ofMillis(100);

	@ParameterizedTest
	@ValueSource(strings = { "loop_forever", "loop_br_if", "loop_br_table" })
	void endlessLoopsEndAlsoAfterHotSpotCompiledThem(String function) {
		try (WasmSandbox traps = TestModules.builder("traps").callTimeout(LIMIT).build()) {
			for (int i = 0; i < 12; i++) {
				assertThatExceptionOfType(SandboxTimeoutException.class)
					.isThrownBy(() -> traps.call(function, void.class))
					.withMessageContaining("limits.call-timeout of 100 ms")
					.extracting(SandboxTimeoutException::timeout)
					.isEqualTo(LIMIT);
				assertThat(traps.call("ok", int.class)).isEqualTo(42);
			}
			assertThat(traps.statistics().calls()).containsEntry(Outcome.TIMEOUT, 12L);
		}
	}

	@Test
	void loopsOfModulesWithoutAMemoryEndToo() {
		try (WasmSandbox simple = TestModules.builder("simple_module").callTimeout(LIMIT).build()) {
			for (int i = 0; i < 5; i++) {
				assertThatExceptionOfType(SandboxTimeoutException.class)
					.isThrownBy(() -> simple.call("fib", int.class, 60));
			}
			assertThat(simple.call("add", int.class, 1, 2)).isEqualTo(3);
		}
	}

	@Test
	void anEndlessStartFunctionEnds() {
		assertThatExceptionOfType(SandboxTimeoutException.class)
			.isThrownBy(() -> TestModules.builder("start_loop").callTimeout(LIMIT).build())
			.withMessageContaining("its start function was stopped after limits.call-timeout");
	}

	@Test
	void oneCallsDeadlineIsNotTheNextOnes() {
		try (WasmSandbox traps = TestModules.builder("traps").callTimeout(Duration.ofMillis(5)).build();
				SandboxSession session = traps.openSession()) {
			WasmFunction ok = session.export("ok");
			long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
			long calls = 0;
			while (System.nanoTime() < end) {
				assertThat(ok.callInt()).isEqualTo(42);
				calls++;
			}
			assertThat(calls).isPositive();
		}
	}

	@Test
	void timeInHostFunctionsCounts() {
		HostFunction busy = HostFunction.of("env", "add", "(i32, i32) -> i32", (context, arguments) -> {
			Thread.sleep(2);
			return new long[] { 1 };
		});
		try (WasmSandbox sandbox = HostCalls.with(busy).callTimeout(LIMIT).build()) {
			assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> sandbox.call("loop_add", int.class, 1_000_000));
		}
	}

	@Test
	void aCallersInterruptEndsTheCallAndStaysSet() {
		try (WasmSandbox traps = TestModules.builder("traps").callTimeout(Duration.ofMinutes(1)).build()) {
			Thread caller = Thread.currentThread();
			Thread.ofVirtual().start(() -> {
				awaitLease(traps);
				caller.interrupt();
			});
			assertThatExceptionOfType(SandboxInterruptedException.class)
				.isThrownBy(() -> traps.call("loop_forever", void.class));
			assertThat(Thread.interrupted()).isTrue();
			assertThat(traps.call("ok", int.class)).isEqualTo(42);
		}
	}

	@Test
	void virtualThreadsAreStoppedLikeOthers() throws Exception {
		try (WasmSandbox traps = TestModules.builder("traps").callTimeout(LIMIT).build()) {
			AtomicReference<Throwable> failure = new AtomicReference<>();
			Thread.ofVirtual().start(() -> {
				try {
					traps.call("loop_br_if", void.class);
				}
				catch (SandboxTimeoutException ex) {
					failure.set(ex);
				}
			}).join();
			assertThat(failure.get()).isInstanceOf(SandboxTimeoutException.class);
		}
	}

	@Test
	void cancellingAFutureStopsTheGuest() {
		try (WasmSandbox traps = TestModules.builder("traps").callTimeout(Duration.ofMinutes(10)).build()) {
			CompletableFuture<Void> running = traps.callAsync("loop_forever", void.class);
			awaitLease(traps);
			assertThat(running.cancel(true)).isTrue();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(running::join);
			Awaitility.await().untilAsserted(() -> assertThat(traps.statistics().pool().leased()).isZero());
			assertThat(traps.statistics().calls()).containsEntry(Outcome.INTERRUPTED, 1L);
			assertThat(traps.callAsync("ok", int.class).join()).isEqualTo(42);
		}
	}

	@Test
	void aFutureThatTimesOutStopsItsGuest() {
		try (WasmSandbox traps = TestModules.builder("traps").callTimeout(Duration.ofMinutes(10)).build()) {
			CompletableFuture<Void> running = traps.callAsync("loop_forever", void.class);
			awaitLease(traps);
			running.orTimeout(1, java.util.concurrent.TimeUnit.MILLISECONDS);
			Awaitility.await().untilAsserted(() -> assertThat(traps.statistics().pool().leased()).isZero());
			assertThat(running).isCompletedExceptionally();
		}
	}

	@Test
	void anUnloadedModuleRefusesAsynchronousCallsToo() {
		WasmSandbox traps = TestModules.builder("traps").build();
		traps.close();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> traps.callAsync("ok", int.class).get())
			.withCauseInstanceOf(IllegalStateException.class)
			.withMessageContaining("was unloaded");
	}

	@Test
	void asynchronousCallsFailAsOthersDo() {
		try (WasmSandbox traps = TestModules.builder("traps").build()) {
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> traps.callAsync("unreachable", void.class).get())
				.withCauseInstanceOf(dev.wasmsandbox.error.SandboxTrapException.class);
			assertThat(traps.callAsync("ok", int.class, 1)).isCompletedExceptionally();
			assertThat(traps.callAsync("nothing", int.class)).isCompletedExceptionally();
		}
	}

	@Test
	void tooManyWaitingAsynchronousCallsAreRefused() {
		try (WasmSandboxes sandboxes = WasmSandboxes.builder().async(new AsyncSettings(1, 1)).build()) {
			WasmSandbox traps = sandboxes
				.load(ModuleDefinition.named("traps").source(TestModules.source("traps")).build());
			CompletableFuture<Void> first = traps.callAsync("loop_forever", void.class);
			awaitLease(traps);
			CompletableFuture<Integer> second = traps.callAsync("ok", int.class);
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> traps.callAsync("ok", int.class).get())
				.withCauseInstanceOf(SandboxBusyException.class)
				.withMessageContaining("async.queue-capacity");
			first.cancel(true);
			assertThat(second.join()).isEqualTo(42);
		}
	}

	@Test
	void waitingForASandboxEndsWithBusy() throws Exception {
		try (WasmSandbox traps = TestModules.builder("traps").pool(new PoolSettings(1, Duration.ofMillis(20))).build();
				SandboxSession session = traps.openSession()) {
			AtomicReference<Throwable> failure = new AtomicReference<>();
			Thread.ofVirtual().start(() -> failure.set(catchThrowable(() -> traps.call("ok", int.class)))).join();
			assertThat(failure.get()).isInstanceOf(SandboxBusyException.class)
				.hasMessageContaining("all 1 sandboxes are in use")
				.hasMessageContaining("pool.max-wait of 20 ms");
			assertThat(session.call("ok", int.class)).isEqualTo(42);
			assertThat(traps.statistics().calls()).containsEntry(Outcome.BUSY, 1L);
		}
	}

	@Test
	void waitingForASandboxAnswersInterrupts() {
		try (WasmSandbox traps = TestModules.builder("traps").pool(new PoolSettings(1, Duration.ofMinutes(1))).build();
				SandboxSession session = traps.openSession()) {
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(SandboxInterruptedException.class).isThrownBy(() -> traps.call("ok", int.class));
			assertThat(Thread.interrupted()).isTrue();
			assertThat(session.call("ok", int.class)).isEqualTo(42);
		}
	}

	@Test
	void callsThatRunWhileTheRegistryClosesKeepTheirDeadline() throws Exception {
		WasmSandbox traps = TestModules.builder("traps").callTimeout(Duration.ofSeconds(2)).build();
		AtomicReference<Throwable> failure = new AtomicReference<>();
		CountDownLatch done = new CountDownLatch(1);
		Thread.ofPlatform().start(() -> {
			try {
				traps.call("loop_forever", void.class);
			}
			catch (SandboxTimeoutException ex) {
				failure.set(ex);
			}
			done.countDown();
		});
		awaitLease(traps);
		traps.close();
		done.await();
		assertThat(failure.get()).isInstanceOf(SandboxTimeoutException.class);
		assertThat(traps.statistics().pool().idle()).isZero();
	}

	@Test
	void limitsAreCheckedWhenTheyAreMade() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> TestModules.builder("traps").callTimeout(Duration.ZERO))
			.withMessageContaining("limits.call-timeout must be positive");
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> TestModules.builder("traps").memoryLimit(0).build())
			.withMessageContaining("limits.memory allows 0");
	}

	private static void awaitLease(WasmSandbox sandbox) {
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> sandbox.statistics().pool().leased() > 0);
	}

}
