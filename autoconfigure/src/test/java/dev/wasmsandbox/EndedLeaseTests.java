package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.ResetStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** A lease that is over reaches nobody, whoever tries what on which thread. */
class EndedLeaseTests {

	private static final PoolSettings ONE = new PoolSettings(1, Duration.ofSeconds(20));

	@Test
	void callsInAClosedSessionDoNotLiftTheTimeLimitOfTheNextTenant() throws Exception {
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(Fixtures.bytes("traps"))
			.callTimeout(Duration.ofMillis(10))
			.pool(ONE)
			.build()) {
			AtomicBoolean stop = new AtomicBoolean();
			CountDownLatch stale = new CountDownLatch(1);
			Thread former = Thread.ofPlatform().daemon().start(() -> {
				WasmFunction function;
				try (SandboxSession session = sandbox.openSession()) {
					function = session.export("ok");
				}
				stale.countDown();
				while (!stop.get()) {
					assertThatIllegalStateException().isThrownBy(function::callInt);
				}
			});
			stale.await();
			try {
				for (int i = 0; i < 30; i++) {
					assertThat(ending(sandbox.callAsync("loop_br_if", void.class)))
						.isInstanceOf(SandboxTimeoutException.class);
				}
			}
			finally {
				stop.set(true);
				former.join();
			}
		}
	}

	private static Throwable ending(CompletableFuture<?> call) throws Exception {
		try {
			call.get(20, TimeUnit.SECONDS);
			throw new AssertionError("it returned");
		}
		catch (TimeoutException ex) {
			call.cancel(true);
			return ex;
		}
		catch (ExecutionException ex) {
			return java.util.Objects.requireNonNull(ex.getCause());
		}
	}

	@Test
	void twoThreadsThatCloseADeadThreadsSessionGiveItBackOnce() throws Exception {
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(Fixtures.bytes("state"))
			.pool(new PoolSettings(4, Duration.ZERO))
			.build()) {
			for (int round = 0; round < 300; round++) {
				SandboxSession orphan = orphan(sandbox);
				CountDownLatch both = new CountDownLatch(2);
				List<Thread> closers = new ArrayList<>();
				for (int i = 0; i < 2; i++) {
					closers.add(Thread.ofPlatform().start(() -> closeTogether(orphan, both)));
				}
				for (Thread closer : closers) {
					closer.join();
				}
				assertThat(sandbox.statistics().pool().leased()).isZero();
				assertThat(sandbox.statistics().pool().idle()).as("round %d", round).isEqualTo(1);
			}
		}
	}

	private static void closeTogether(SandboxSession session, CountDownLatch both) {
		both.countDown();
		while (both.getCount() > 0) {
			Thread.onSpinWait();
		}
		try {
			session.close();
		}
		catch (IllegalStateException _) {
			// The other one was first.
		}
	}

	@ParameterizedTest
	@EnumSource
	void aDeadThreadsSessionCanBeClosedAndItsPlaceUsedAgain(MemoryBackend backend) throws Exception {
		try (HuntedModule module = new HuntedModule("hideaway", backend, ResetStrategy.safe(), ONE,
				Duration.ofSeconds(10))) {
			for (int i = 0; i < 3; i++) {
				orphan(module.sandbox()).close();
				assertThat(module.sandbox().statistics().pool().leased()).isZero();
				assertThat(module.sandbox().call("seek", int.class, 1L)).isZero();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "simple_module", "state" })
	void withAndWithoutAMemory(String fixture) throws Exception {
		try (WasmSandbox sandbox = WasmSandbox.builder().source(Fixtures.bytes(fixture)).pool(ONE).build()) {
			orphan(sandbox).close();
			assertThat(sandbox.statistics().pool().leased()).isZero();
			sandbox.openSession().close();
		}
	}

	private static SandboxSession orphan(WasmSandbox sandbox) throws InterruptedException {
		AtomicReference<SandboxSession> opened = new AtomicReference<>();
		Thread owner = Thread.ofPlatform().start(() -> {
			SandboxSession session = sandbox.openSession();
			session.memory();
			opened.set(session);
		});
		owner.join();
		return java.util.Objects.requireNonNull(opened.get());
	}

	@ParameterizedTest
	@EnumSource
	void aViewNeverOutlivesTheMemoryItShows(MemoryBackend backend) throws Exception {
		MemorySegment later;
		try (HuntedModule module = new HuntedModule("hideaway", backend, ResetStrategy.safe(), ONE,
				Duration.ofSeconds(10)); SandboxSession session = module.sandbox().openSession()) {
			MemorySegment view = session.memory().view(0, 8);
			session.memory().grow(1);
			session.memory().writeLong(0, 42);
			if (backend == MemoryBackend.MAPPED) {
				assertThat(view.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(42);
			}
			else {
				assertThatIllegalStateException().isThrownBy(() -> view.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
			}
			later = session.memory().view(0, 8);
			assertThat(later.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(42);
		}
		MemorySegment dead = later;
		assertThatIllegalStateException().isThrownBy(() -> dead.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
	}

}
