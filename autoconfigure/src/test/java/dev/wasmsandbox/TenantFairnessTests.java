package dev.wasmsandbox;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.TenantQuota;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A tenant that floods does not keep the others waiting. The time-out only guards. */
@Timeout(60)
class TenantFairnessTests {

	private static final Duration LONG = Duration.ofHours(1);

	private static final int FLOOD = 1_000;

	private static final int QUIET = 2_000_000;

	private static final int NOBODY = 3_000_000;

	/** The first argument of each call, in the order in which they were run. */
	private final List<Integer> order = new CopyOnWriteArrayList<>();

	private final CountDownLatch begin = new CountDownLatch(1);

	private @Nullable WasmSandboxes sandboxes;

	@AfterEach
	void close() {
		if (this.sandboxes != null) {
			this.sandboxes.close();
		}
	}

	/** A module whose calls note their argument, and wait where that is below zero. */
	private WasmSandbox noting(PoolSettings pool, AsyncSettings async) {
		WasmSandboxes registry = WasmSandboxes.builder()
			.tenantQuota("limited", TenantQuota.none().withMaxConcurrentCalls(1))
			.async(async)
			.hostFunction(HostFunction.of("env", "add", "(i32, i32) -> i32", (context, arguments) -> {
				if (arguments[0] < 0) {
					this.begin.await();
				}
				this.order.add((int) arguments[0]);
				return new long[] { arguments[1] };
			}))
			.hostFunction(HostFunction.of("env", "log", "(i32, i32) -> ()", (context, arguments) -> null))
			.hostFunction(HostFunction.of("env", "scale", "(f64) -> f64", (context, arguments) -> arguments))
			.hostFunction(HostFunction.of("env", "now", "() -> i64", (context, arguments) -> new long[] { 0 }))
			.build();
		this.sandboxes = registry;
		return registry.load(ModuleDefinition.named("noting")
			.source(TestModules.source("host_calls"))
			.limits(dev.wasmsandbox.limits.SandboxLimits.defaults().withCallTimeout(LONG))
			.pool(pool)
			.build());
	}

	private static void awaitPending(WasmSandbox sandbox, int pending) {
		Awaitility.await().until(() -> sandbox.statistics().pool().pending() == pending);
	}

	@Test
	void theFirstCallOfATenantWaitsForOneTurnOfTheOthers() {
		WasmSandbox sandbox = noting(new PoolSettings(1, LONG), AsyncSettings.defaults());
		WasmSandbox flood = sandbox.forTenant("flood");
		WasmSandbox quiet = sandbox.forTenant("quiet");
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			try (SandboxSession held = sandbox.openSession()) {
				assertThat(held.instanceId()).isNotEmpty();
				for (int i = 0; i < FLOOD; i++) {
					int number = i;
					threads.execute(() -> flood.call("run_add", int.class, number, 0));
				}
				awaitPending(sandbox, FLOOD);
				threads.execute(() -> sandbox.call("run_add", int.class, NOBODY, 0));
				awaitPending(sandbox, FLOOD + 1);
				threads.execute(() -> quiet.call("run_add", int.class, QUIET, 0));
				threads.execute(() -> quiet.call("run_add", int.class, QUIET, 0));
				awaitPending(sandbox, FLOOD + 3);
			}
		}
		assertThat(this.order).hasSize(FLOOD + 3);
		assertThat(this.order.indexOf(NOBODY)).as("callers without a tenant count as one").isEqualTo(1);
		assertThat(this.order.indexOf(QUIET)).isEqualTo(2);
		assertThat(this.order.lastIndexOf(QUIET)).isEqualTo(4);
		assertThat(sandbox.statistics().pool().leased()).isZero();
	}

	@Test
	void asynchronousCallsTakeTurnsForTheThreadsToo() {
		WasmSandbox sandbox = noting(new PoolSettings(4, LONG), new AsyncSettings(1, 10 * FLOOD));
		CompletableFuture<Integer> first = sandbox.callAsync("run_add", int.class, -1, 0);
		Awaitility.await().until(() -> sandbox.statistics().pool().leased() == 1);
		WasmSandbox flood = sandbox.forTenant("flood");
		List<CompletableFuture<Integer>> all = new CopyOnWriteArrayList<>(List.of(first));
		for (int i = 0; i < FLOOD; i++) {
			all.add(flood.callAsync("run_add", int.class, i, 0));
		}
		all.add(sandbox.forTenant("quiet").callAsync("run_add", int.class, QUIET, 0));
		this.begin.countDown();
		all.forEach(CompletableFuture::join);
		assertThat(this.order).hasSize(FLOOD + 2);
		assertThat(this.order.indexOf(QUIET)).isEqualTo(2);
	}

	@Test
	void anAsynchronousCallOverItsQuotaTakesNoThread() {
		WasmSandbox sandbox = noting(new PoolSettings(4, Duration.ZERO), new AsyncSettings(1, 10));
		WasmSandbox limited = sandbox.forTenant("limited");
		CompletableFuture<Integer> one;
		CompletableFuture<Integer> two;
		try (SandboxSession held = limited.openSession()) {
			assertThat(held.instanceId()).isNotEmpty();
			one = limited.callAsync("run_add", int.class, 1, 11);
			two = limited.callAsync("run_add", int.class, 2, 12);
			assertThat(sandbox.forTenant("other").callAsync("run_add", int.class, 3, 13).join()).isEqualTo(13);
			assertThat(sandbox.callAsync("run_add", int.class, 4, 14).join()).isEqualTo(14);
			assertThat(one).isNotDone();
			assertThat(two).isNotDone();
		}
		assertThat(one.join()).isEqualTo(11);
		assertThat(two.join()).isEqualTo(12);
		assertThat(this.order).containsExactly(3, 4, 1, 2);
	}

	@Test
	void aTenantLeavesTheOthersRoomInTheQueue() {
		WasmSandbox sandbox = noting(new PoolSettings(4, LONG), new AsyncSettings(1, 10));
		CompletableFuture<Integer> first = sandbox.callAsync("run_add", int.class, -1, 0);
		Awaitility.await().until(() -> sandbox.statistics().pool().leased() == 1);
		WasmSandbox flood = sandbox.forTenant("flood");
		List<CompletableFuture<Integer>> accepted = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 10; i++) {
			CompletableFuture<Integer> call = flood.callAsync("run_add", int.class, i, i);
			if (!call.isCompletedExceptionally()) {
				accepted.add(call);
			}
			else {
				assertThatExceptionOfType(java.util.concurrent.CompletionException.class).isThrownBy(call::join)
					.withCauseInstanceOf(SandboxBusyException.class);
			}
		}
		assertThat(accepted).hasSizeBetween(5, 6);
		CompletableFuture<Integer> quiet = sandbox.forTenant("quiet").callAsync("run_add", int.class, QUIET, 7);
		this.begin.countDown();
		assertThat(quiet.join()).isEqualTo(7);
		accepted.forEach(CompletableFuture::join);
		assertThat(first.join()).isZero();
	}

	@Test
	void closingTheRegistryLeavesNoCallWaiting() {
		WasmSandbox sandbox = noting(new PoolSettings(4, Duration.ZERO), new AsyncSettings(1, 10));
		WasmSandbox limited = sandbox.forTenant("limited");
		try (SandboxSession held = limited.openSession()) {
			assertThat(held.instanceId()).isNotEmpty();
			CompletableFuture<Integer> waits = limited.callAsync("run_add", int.class, 1, 11);
			close();
			assertThatExceptionOfType(java.util.concurrent.CompletionException.class).isThrownBy(waits::join)
				.withCauseInstanceOf(IllegalStateException.class);
		}
	}

}
