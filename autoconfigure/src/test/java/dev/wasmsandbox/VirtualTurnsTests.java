package dev.wasmsandbox;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.TenantQuota;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Guests on virtual threads take turns, here one at a time. The time-out only guards.
 */
@Timeout(60)
class VirtualTurnsTests {

	private static final Duration LONG = Duration.ofMinutes(10);

	private static final PoolSettings POOL = new PoolSettings(4, LONG);

	private final CountDownLatch release = new CountDownLatch(1);

	private final WasmSandboxes registry = WasmSandboxes.builder()
		.virtualThreadPermits(1)
		.tenantQuota(TenantQuota.none().withMaxConcurrentCalls(3))
		.build();

	private @Nullable WasmSandbox traps;

	@BeforeEach
	void load() {
		this.traps = load("traps", "traps", POOL, LONG, (first) -> first);
	}

	@AfterEach
	void nothingIsLeft() {
		assertThat(this.registry.virtualThreadTurns().running()).isZero();
		assertThat(this.registry.virtualThreadTurns().waiting()).isZero();
		this.registry.close();
	}

	/** What the host's {@code add} does with its first argument. */
	private interface Body {

		long apply(long first) throws Exception;

	}

	private WasmSandbox load(String name, String fixture, PoolSettings pool, Duration timeout, Body add) {
		ModuleDefinition.Builder definition = ModuleDefinition.named(name)
			.source(TestModules.source(fixture))
			.pool(pool)
			.limits(SandboxLimits.defaults().withCallTimeout(timeout));
		if (fixture.equals("host_calls")) {
			definition
				.hostFunction(HostFunction.of("env", "add", "(i32, i32) -> i32",
						(context, arguments) -> new long[] { add.apply(arguments[0]) }))
				.hostFunction(HostFunction.of("env", "log", "(i32, i32) -> ()", (context, arguments) -> null))
				.hostFunction(HostFunction.of("env", "scale", "(f64) -> f64", (context, arguments) -> arguments))
				.hostFunction(HostFunction.of("env", "now", "() -> i64", (context, arguments) -> new long[] { 0 }));
		}
		return this.registry.load(definition.build());
	}

	private WasmSandbox blocking(String name) {
		return load(name, "host_calls", POOL, LONG, (first) -> {
			this.release.await();
			return first;
		});
	}

	private static <T> FutureTask<T> virtual(Callable<T> work) {
		FutureTask<T> task = new FutureTask<>(work);
		Thread.ofVirtual().start(task);
		return task;
	}

	private static Integer run(WasmSandbox sandbox, String function) {
		sandbox.call(function, void.class);
		return 0;
	}

	private void awaitRunning() {
		Awaitility.await().until(() -> this.registry.virtualThreadTurns().running() == 1);
	}

	private void awaitWaiting(int number) {
		Awaitility.await().until(() -> this.registry.virtualThreadTurns().waiting() == number);
	}

	private WasmSandbox traps() {
		return Objects.requireNonNull(this.traps);
	}

	@Test
	void oneRunsTheOthersWaitInLineAndPlatformThreadsDoNot() throws Exception {
		WasmSandbox blocking = blocking("blocking");
		FutureTask<Integer> first = virtual(() -> blocking.call("run_add", int.class, 1, 0));
		awaitRunning();
		FutureTask<Integer> clean = virtual(() -> traps().call("ok", int.class));
		awaitWaiting(1);
		FutureTask<Integer> session = virtual(() -> {
			try (SandboxSession open = traps().openSession()) {
				return open.call("ok", int.class);
			}
		});
		awaitWaiting(2);
		assertThat(traps().statistics().pool().leased()).isZero();
		assertThat(traps().call("ok", int.class)).isEqualTo(42);
		this.release.countDown();
		assertThat(first.get()).isEqualTo(1);
		assertThat(clean.get()).isEqualTo(42);
		assertThat(session.get()).isEqualTo(42);
	}

	@Test
	void anOpenSessionHasATurnOnlyWhileItRuns() throws Exception {
		FutureTask<Integer> session = virtual(() -> {
			try (SandboxSession open = traps().openSession()) {
				int before = open.call("ok", int.class);
				this.release.await();
				return before + open.export("ok").callInt();
			}
		});
		Awaitility.await().until(() -> traps().statistics().pool().leased() == 1);
		assertThat(virtual(() -> traps().call("ok", int.class)).get()).isEqualTo(42);
		this.release.countDown();
		assertThat(session.get()).isEqualTo(84);
	}

	@Test
	void nestedCallsAreOneTurn() throws Exception {
		WasmSandbox[] self = new WasmSandbox[1];
		self[0] = load("nested", "host_calls", POOL, LONG,
				(first) -> (first > 0) ? self[0].call("run_add", int.class, (int) first - 1, 0) + 1
						: self[0].forTenant("acme").call("run_now", long.class));
		assertThat(virtual(() -> self[0].call("run_add", int.class, 2, 0)).get()).isEqualTo(2);
	}

	/** The one who waits for a sandbox lets the one run who holds it. */
	@Test
	void whoWaitsForASandboxKeepsNoTurn() throws Exception {
		WasmSandbox single = load("single", "traps", new PoolSettings(1, LONG), LONG, (first) -> first);
		WasmSandbox outer = load("outer", "host_calls", POOL, LONG, (first) -> single.call("ok", int.class));
		FutureTask<Integer> session = virtual(() -> {
			try (SandboxSession open = single.openSession()) {
				this.release.await();
				return open.call("ok", int.class);
			}
		});
		Awaitility.await().until(() -> single.statistics().pool().leased() == 1);
		FutureTask<Integer> clean = virtual(() -> single.call("ok", int.class));
		Awaitility.await().until(() -> single.statistics().pool().pending() == 1);
		FutureTask<Integer> nested = virtual(() -> outer.call("run_add", int.class, 1, 0));
		Awaitility.await().until(() -> single.statistics().pool().pending() == 2);
		this.release.countDown();
		assertThat(session.get()).isEqualTo(42);
		assertThat(clean.get()).isEqualTo(42);
		assertThat(nested.get()).isEqualTo(42);
	}

	@Test
	void waitingEndsWithMaxWaitAndNamesTheProperty() throws Exception {
		WasmSandbox blocking = blocking("blocking");
		WasmSandbox hasty = load("hasty", "traps", new PoolSettings(4, Duration.ofMillis(20)), LONG, (first) -> first);
		FutureTask<Integer> holder = virtual(() -> blocking.call("run_add", int.class, 1, 0));
		awaitRunning();
		assertFails(SandboxBusyException.class, virtual(() -> hasty.call("ok", int.class)))
			.withMessageContaining("wasm.virtual-threads.permits")
			.withMessageContaining("pool.max-wait of 20 ms");
		assertThat(hasty.statistics().pool().leased()).isZero();
		this.release.countDown();
		assertThat(holder.get()).isEqualTo(1);
		assertThat(virtual(() -> hasty.call("ok", int.class)).get()).isEqualTo(42);
	}

	/** Waiting takes longer than a call may. */
	@Test
	void waitingTakesNothingOfTheCallsTime() throws Exception {
		WasmSandbox blocking = blocking("blocking");
		WasmSandbox brief = load("brief", "traps", POOL, Duration.ofMillis(200), (first) -> first);
		FutureTask<Integer> holder = virtual(() -> blocking.call("run_add", int.class, 1, 0));
		awaitRunning();
		FutureTask<Integer> waiter = virtual(() -> brief.call("ok", int.class));
		awaitWaiting(1);
		Awaitility.await().pollDelay(Duration.ofMillis(500)).until(() -> !waiter.isDone());
		this.release.countDown();
		assertThat(waiter.get()).isEqualTo(42);
		assertThat(holder.get()).isEqualTo(1);
	}

	@Test
	void everyFailureGivesTheTurnBack() throws Exception {
		WasmSandbox brief = load("brief", "traps", POOL, Duration.ofMillis(20), (first) -> first);
		WasmSandbox single = load("single", "traps", new PoolSettings(1, Duration.ZERO), LONG, (first) -> first);
		assertFails(SandboxTrapException.class, virtual(() -> run(traps(), "unreachable")));
		assertFails(SandboxTimeoutException.class, virtual(() -> run(brief, "loop_forever")));
		try (SandboxSession open = single.openSession()) {
			assertThat(open.call("ok", int.class)).isEqualTo(42);
			assertFails(SandboxBusyException.class, virtual(() -> single.call("ok", int.class)));
		}
		FutureTask<Integer> endless = new FutureTask<>(() -> run(traps(), "loop_forever"));
		Thread thread = Thread.ofVirtual().start(endless);
		awaitRunning();
		FutureTask<Integer> waiting = new FutureTask<>(() -> traps().call("ok", int.class));
		Thread waiter = Thread.ofVirtual().start(waiting);
		awaitWaiting(1);
		waiter.interrupt();
		assertFails(SandboxInterruptedException.class, waiting);
		thread.interrupt();
		assertFails(SandboxInterruptedException.class, endless);
		assertThat(virtual(() -> traps().call("ok", int.class)).get()).isEqualTo(42);
		CompletableFuture<Integer> async = traps().callAsync("ok", int.class);
		assertThat(async.get()).isEqualTo(42);
	}

	@Test
	void thereMayBeNoLimitButNotLessThanNone() throws Exception {
		try (WasmSandboxes unlimited = WasmSandboxes.builder().virtualThreadPermits(0).build()) {
			WasmSandbox sandbox = unlimited
				.load(ModuleDefinition.named("traps").source(TestModules.source("traps")).build());
			assertThat(virtual(() -> sandbox.call("ok", int.class)).get()).isEqualTo(42);
			assertThat(unlimited.virtualThreadTurns().running()).isZero();
		}
		assertThatIllegalArgumentException().isThrownBy(() -> WasmSandboxes.builder().virtualThreadPermits(-1))
			.withMessageContaining("virtual-threads.permits must be at least 0");
	}

	private static ThrowableAssertAlternative<?> assertFails(Class<? extends WasmSandboxException> type,
			FutureTask<?> task) {
		return assertThatExceptionOfType(ExecutionException.class).isThrownBy(task::get)
			.havingCause()
			.isInstanceOf(type);
	}

}
