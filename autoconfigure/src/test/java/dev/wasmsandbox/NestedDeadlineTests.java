package dev.wasmsandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.engine.CallChain;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What a host function calls ends with the call it serves. The inner calls could go on
 * for hours, so a test in which they do fails by its time limit.
 */
@Timeout(60)
class NestedDeadlineTests {

	private static final Duration SHORT = Duration.ofMillis(100);

	private static final Duration LONG = Duration.ofHours(1);

	private final WasmSandbox endless = TestModules.builder("traps").callTimeout(LONG).build();

	private final AtomicReference<WasmSandboxException> inner = new AtomicReference<>();

	@AfterEach
	void close() {
		this.endless.close();
	}

	private static WasmSandbox outer(Duration timeout, HostFunction.Body body) {
		return HostCalls.with(HostFunction.of("env", "add", "(i32, i32) -> i32", body)).callTimeout(timeout).build();
	}

	private long[] noted(Runnable call) {
		try {
			call.run();
			return new long[] { 1 };
		}
		catch (WasmSandboxException ex) {
			this.inner.set(ex);
			throw ex;
		}
	}

	private long[] loop() {
		return noted(() -> this.endless.call("loop_forever", void.class));
	}

	private void endsWithTheOuterOne(HostFunction.Body body) {
		try (WasmSandbox sandbox = outer(SHORT, body)) {
			assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2))
				.withMessageContaining("Module 'host_calls'")
				.withMessageContaining("limits.call-timeout of 100 ms");
			assertThat(sandbox.statistics().pool().leased()).isZero();
		}
		assertThat(this.inner.get()).isInstanceOf(SandboxTimeoutException.class)
			.hasMessageContaining("because the time of an outer call ended");
	}

	@Test
	void aCallEndsWithTheCallItIsMadeFrom() {
		endsWithTheOuterOne((context, arguments) -> loop());
		assertThat(this.endless.call("ok", int.class)).isEqualTo(42);
	}

	@Test
	void aCallInASessionThatIsOpenedThereEndsLikewise() {
		endsWithTheOuterOne((context, arguments) -> noted(() -> {
			try (SandboxSession session = this.endless.openSession()) {
				session.call("loop_forever", void.class);
			}
		}));
	}

	@Test
	void aHeldCallInASessionThatWasOpenBeforeEndsLikewise() {
		try (SandboxSession session = this.endless.openSession()) {
			WasmFunction loop = session.export("loop_br_if");
			endsWithTheOuterOne((context, arguments) -> noted(() -> loop.callRaw()));
		}
	}

	@Test
	void soDoesOneOfManySessionsOfTheThread() {
		List<SandboxSession> sessions = new ArrayList<>();
		for (int i = 0; i < 9; i++) {
			sessions.add(this.endless.openSession());
		}
		sessions.get(3).close();
		sessions.set(3, this.endless.openSession());
		for (int i = 0; i < 2; i++) {
			SandboxSession session = sessions.get(3 + 5 * i);
			endsWithTheOuterOne((context, arguments) -> noted(() -> session.call("loop_forever", void.class)));
		}
		sessions.forEach(SandboxSession::close);
		assertThat(CallChain.remainingNanos()).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void theInnermostOfThreeEndsWithTheOutermost() {
		try (WasmSandbox middle = outer(LONG, (context, arguments) -> loop())) {
			endsWithTheOuterOne((context, arguments) -> new long[] { middle.call("run_add", int.class, 1, 2) });
		}
	}

	@Test
	void aCallOfTheSameModuleEndsWithTheSession() {
		AtomicReference<WasmSandbox> self = new AtomicReference<>();
		AtomicBoolean cancelled = new AtomicBoolean();
		CountDownLatch inside = new CountDownLatch(1);
		try (WasmSandbox sandbox = outer(LONG, (context, arguments) -> {
			if (arguments[0] == 7) {
				return noted(() -> self.get().call("loop_add", int.class, Integer.MAX_VALUE));
			}
			inside.countDown();
			return new long[] { 0 };
		})) {
			self.set(sandbox);
			CompletableFuture<Integer> future = sandbox.callAsync("run_add", int.class, 7, 2);
			Awaitility.await().until(() -> inside.getCount() == 0);
			cancelled.set(future.cancel(true));
			Awaitility.await().until(() -> sandbox.statistics().pool().leased() == 0);
		}
		assertThat(cancelled).isTrue();
		assertThat(this.inner.get()).isInstanceOf(SandboxInterruptedException.class);
	}

	@Test
	void theOuterCallGoesOnWhenOnlyTheInnerOnesTimeIsOver() {
		try (WasmSandbox brief = TestModules.builder("traps").callTimeout(Duration.ofMillis(5)).build();
				WasmSandbox sandbox = outer(LONG, (context, arguments) -> {
					for (int i = 0; i < 10; i++) {
						assertThatExceptionOfType(SandboxTimeoutException.class)
							.isThrownBy(() -> brief.call("loop_forever", void.class))
							.withMessageContaining("limits.call-timeout of 5 ms");
					}
					return new long[] { 42 };
				})) {
			assertThat(sandbox.call("run_add", int.class, 1, 2)).isEqualTo(42);
		}
	}

	@Test
	void cancellingTheOuterCallStopsTheInnerOne() {
		try (WasmSandbox sandbox = outer(LONG, (context, arguments) -> loop())) {
			CompletableFuture<Integer> future = sandbox.callAsync("run_add", int.class, 1, 2);
			Awaitility.await().until(() -> this.endless.statistics().pool().leased() == 1);
			future.cancel(true);
			Awaitility.await().until(() -> sandbox.statistics().pool().leased() == 0);
			assertThat(this.inner.get()).isInstanceOf(SandboxInterruptedException.class)
				.hasMessageContaining("the call was cancelled");
		}
	}

	@Test
	void anInterruptStopsTheInnerOneAndStaysSet() {
		try (WasmSandbox sandbox = outer(LONG, (context, arguments) -> loop())) {
			Thread caller = Thread.currentThread();
			Thread.ofVirtual().start(() -> {
				Awaitility.await().until(() -> this.endless.statistics().pool().leased() == 1);
				caller.interrupt();
			});
			assertThatExceptionOfType(SandboxInterruptedException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2))
				.withMessageContaining("Module 'host_calls'");
			assertThat(Thread.interrupted()).isTrue();
			assertThat(this.inner.get()).isInstanceOf(SandboxInterruptedException.class);
		}
	}

	@Test
	void waitingForASandboxEndsWithTheOuterCallToo() throws Exception {
		CountDownLatch leased = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		try (WasmSandbox full = TestModules.builder("traps").pool(new PoolSettings(1, LONG)).build();
				WasmSandbox sandbox = outer(SHORT, (context, arguments) -> noted(() -> full.call("ok", int.class)))) {
			Thread holder = Thread.ofVirtual().start(() -> {
				try (SandboxSession session = full.openSession()) {
					leased.countDown();
					end.await();
					assertThat(session.call("ok", int.class)).isEqualTo(42);
				}
				catch (InterruptedException ex) {
					throw new CompletionException(ex);
				}
			});
			leased.await();
			assertThatExceptionOfType(WasmSandboxException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2));
			assertThat(this.inner.get()).isInstanceOf(SandboxBusyException.class)
				.hasMessageContaining("in the time that the call has left");
			end.countDown();
			holder.join();
		}
	}

	@Test
	void hostFunctionsAreToldTheTimeThatIsLeft() {
		List<Duration> left = new ArrayList<>();
		AtomicReference<HostContext> kept = new AtomicReference<>();
		try (WasmSandbox middle = outer(LONG, (context, arguments) -> {
			left.add(context.remaining());
			return new long[] { 1 };
		}); WasmSandbox sandbox = outer(Duration.ofMinutes(2), (context, arguments) -> {
			kept.set(context);
			left.add(context.remaining());
			Awaitility.await().pollInSameThread().until(() -> context.remaining().compareTo(left.getFirst()) < 0);
			left.add(context.remaining());
			middle.call("run_add", int.class, 1, 2);
			return new long[] { 1 };
		})) {
			sandbox.call("run_add", int.class, 1, 2);
			middle.call("run_add", int.class, 1, 2);
		}
		assertThat(left).hasSize(4);
		assertThat(left.get(0)).isLessThanOrEqualTo(Duration.ofMinutes(2)).isPositive();
		assertThat(left.get(1)).isLessThan(left.get(0));
		assertThat(left.get(2)).as("in a call of the host function").isLessThanOrEqualTo(left.get(1));
		assertThat(left.get(3)).as("in a call of its own").isGreaterThan(Duration.ofMinutes(2));
		assertThatIllegalStateException().isThrownBy(() -> kept.get().remaining());
	}

	@Test
	void noTimeIsLeftOnceItIsOver() {
		AtomicReference<Duration> last = new AtomicReference<>();
		try (WasmSandbox sandbox = outer(SHORT, (context, arguments) -> {
			Awaitility.await().pollInSameThread().until(() -> context.remaining().isZero());
			last.set(context.remaining());
			return new long[] { 1 };
		})) {
			assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> sandbox.call("loop_add", int.class, 1_000));
		}
		assertThat(last).hasValue(Duration.ZERO);
	}

	/** What ran out of stack may not have said that it left its host functions. */
	@Test
	void callsThatExhaustedTheStackLeaveNothingToTheNextOnes() {
		try (WasmSandbox sandbox = outer(LONG,
				(context, arguments) -> context.call("run_add", arguments[0], arguments[1]))) {
			for (int i = 0; i < 20; i++) {
				assertThatExceptionOfType(SandboxTrapException.class)
					.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2))
					.withMessageContaining("call stack exhausted: it calls itself without end");
				assertThat(CallChain.remainingNanos()).isEqualTo(Long.MAX_VALUE);
			}
		}
	}

}
