package dev.wasmsandbox.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.module.ModuleSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Everything that can be done to a pool, by many threads at once. */
@Timeout(240)
class PoolStressTests {

	private static final int THREADS = 32;

	private static final int ROUNDS = 120;

	private static final int BOUND = 6;

	private static final byte[] MODULE = Wat.assemble("""
			(module
			  (memory (export "memory") 1 8)
			  (global $g (mut i64) (i64.const 7))
			  (data (i32.const 64) "\\0b")
			  (func (export "dirty") (param i64) (result i64)
			    global.get $g i64.const 7 i64.sub
			    i32.const 64 i64.load i64.const 11 i64.sub i64.add
			    memory.size i32.const 1 i32.sub i64.extend_i32_u i64.add
			    i32.const 64 local.get 0 i64.store
			    local.get 0 global.set $g
			    i32.const 1 memory.grow drop)
			  (func (export "trap") unreachable)
			  (func (export "spin") (loop br 0)))
			""");

	private final AtomicLong leaks = new AtomicLong();

	private static ModuleDefinition definition() {
		return ModuleDefinition.named("stressed")
			.source(ModuleSource.of(MODULE))
			.limits(SandboxLimits.defaults().withCallTimeout(Duration.ofMillis(20)))
			.pool(new PoolSettings(BOUND, Duration.ofMillis(200), 2, Duration.ofMillis(10), Duration.ofHours(1)))
			.build();
	}

	@Test
	void noPermitAndNoSandboxIsLost() throws Exception {
		try (WasmSandboxes sandboxes = WasmSandboxes.builder().build()) {
			WasmSandbox sandbox = sandboxes.load(definition());
			hammer(() -> sandbox, false);
			assertSettles(sandbox);
		}
		assertThat(this.leaks).hasValue(0);
	}

	@Test
	void unloadingAndLoadingAgainMeanwhileLosesNothingEither() throws Exception {
		try (WasmSandboxes sandboxes = WasmSandboxes.builder().build()) {
			List<WasmSandbox> all = new ArrayList<>();
			all.add(sandboxes.load(definition()));
			try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
				Future<?> hammering = threads.submit(() -> {
					hammer(() -> sandboxes.get("stressed"), true);
					return null;
				});
				while (!hammering.isDone()) {
					sandboxes.unload("stressed");
					all.add(sandboxes.load(definition()));
				}
				hammering.get();
			}
			assertSettles(all.removeLast());
			assertThat(all).allSatisfy((unloaded) -> {
				PoolStatistics pool = unloaded.statistics().pool();
				assertThat(pool.leased()).isZero();
				assertThat(pool.idle()).isZero();
				assertThat(pool.discarded()).isEqualTo(pool.created());
			});
		}
		assertThat(this.leaks).hasValue(0);
	}

	private void assertSettles(WasmSandbox sandbox) {
		sandbox.pool().resume();
		sandbox.pool().resize(BOUND);
		Awaitility.await().untilAsserted(() -> {
			PoolStatistics pool = sandbox.statistics().pool();
			assertThat(pool.leased()).isZero();
			assertThat(pool.pending()).isZero();
			assertThat(pool.idle()).isEqualTo(2);
			assertThat(pool.created() - pool.discarded()).isEqualTo(2);
		});
		List<SandboxSession> sessions = new ArrayList<>();
		for (int i = 0; i < BOUND; i++) {
			sessions.add(sandbox.openSession());
		}
		assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(sandbox::openSession);
		assertThat(sandbox.statistics().pool().created() - sandbox.statistics().pool().discarded())
			.isLessThanOrEqualTo(BOUND + 1);
		sessions.forEach(SandboxSession::close);
	}

	private void hammer(java.util.function.Supplier<WasmSandbox> sandbox, boolean mayBeUnloaded) throws Exception {
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<?>> running = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				running.add(threads.submit(() -> {
					for (int round = 0; round < ROUNDS; round++) {
						try {
							step(sandbox.get());
						}
						catch (WasmSandboxException _) {
							// Busy, trapped, out of time, unloaded: all are allowed here.
						}
						catch (IllegalStateException ex) {
							assertThat(mayBeUnloaded).as(ex.toString()).isTrue();
						}
					}
				}));
			}
			for (Future<?> one : running) {
				one.get();
			}
		}
	}

	private void step(WasmSandbox sandbox) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		switch (random.nextInt(24)) {
			case 0 -> sandbox.call("trap", void.class);
			case 1 -> sandbox.call("spin", void.class);
			case 2 -> sandbox.pool().drain();
			case 3 -> sandbox.pool().rebuild();
			case 4 -> sandbox.pool().resize(random.nextInt(1, 2 * BOUND));
			case 5 -> {
				sandbox.pool().suspend();
				sandbox.pool().resume();
			}
			case 6, 7 -> nested(sandbox);
			case 8 -> assertWithinBounds(sandbox.statistics().pool());
			default -> dirty(sandbox.openSession());
		}
	}

	/** The largest bound there may be at the moment is one less than this. */
	private static void assertWithinBounds(PoolStatistics pool) {
		assertThat(pool.created() - pool.discarded()).isLessThanOrEqualTo(2 * BOUND);
		assertThat(pool.idle()).isNotNegative();
	}

	private void nested(WasmSandbox sandbox) {
		try (SandboxSession outer = sandbox.openSession()) {
			dirty(sandbox.openSession());
			assertThat(outer.instanceId()).isNotEmpty();
		}
	}

	private void dirty(SandboxSession opened) {
		try (SandboxSession session = opened) {
			long secret = ThreadLocalRandom.current().nextLong(1_000, Long.MAX_VALUE >> 2);
			if (session.call("dirty", long.class, secret) != 0) {
				this.leaks.incrementAndGet();
			}
		}
	}

}
