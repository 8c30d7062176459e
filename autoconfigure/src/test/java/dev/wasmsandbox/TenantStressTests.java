package dev.wasmsandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.module.ModuleSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever many tenants do at once, quotas hold and every count returns to zero. */
@Timeout(120)
class TenantStressTests {

	private static final int PAGE = 65_536;

	private static final byte[] MODULE = Wat.assemble("""
			(module
			  (memory (export "memory") 1 64)
			  (func (export "ok") (result i32) i32.const 42)
			  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
			  (func (export "trap") unreachable)
			  (func (export "spin") (loop br 0)))
			""");

	private static final TenantQuota QUOTA = new TenantQuota(2, 6L * PAGE, Duration.ofMillis(300));

	private final LongAdder succeeded = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private static ModuleDefinition definition(String name) {
		return ModuleDefinition.named(name)
			.source(ModuleSource.of(MODULE))
			.limits(SandboxLimits.defaults().withCallTimeout(Duration.ofMillis(3)))
			.pool(new PoolSettings(3, Duration.ofMillis(5), 1, Duration.ofMillis(20), Duration.ofHours(1)))
			.build();
	}

	@Test
	void everyCountReturnsToZero() throws Exception {
		try (WasmSandboxes sandboxes = WasmSandboxes.builder().tenantQuota(QUOTA).maxTenants(5).build()) {
			List<WasmSandbox> modules = List.of(sandboxes.load(definition("one")), sandboxes.load(definition("two")));
			try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
				List<Future<?>> all = new ArrayList<>();
				for (int i = 0; i < 24; i++) {
					all.add(threads.submit(() -> {
						for (int turn = 0; turn < 150; turn++) {
							step(sandboxes, modules.get(turn % 2));
						}
					}));
				}
				for (Future<?> one : all) {
					one.get();
				}
			}
			assertThat(this.succeeded.sum()).isPositive();
			assertThat(this.failed.sum()).isPositive();
			Awaitility.await().untilAsserted(() -> {
				assertThat(sandboxes.tenants().statistics()).allSatisfy((tenant) -> {
					assertThat(tenant.running()).isZero();
					assertThat(tenant.waiting()).isZero();
					assertThat(tenant.memory()).isZero();
				});
				assertThat(modules).allSatisfy((module) -> {
					assertThat(module.statistics().pool().leased()).isZero();
					assertThat(module.statistics().pool().pending()).isZero();
				});
			});
		}
	}

	private void step(WasmSandboxes sandboxes, WasmSandbox module) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		int who = random.nextInt(8);
		WasmSandbox sandbox = (who == 0) ? module : module.forTenant("tenant " + who);
		try {
			act(sandbox, random);
			this.succeeded.increment();
		}
		catch (WasmSandboxException _) {
			// Busy, over the quota, trapped, out of time, interrupted: all are allowed.
			this.failed.increment();
		}
		finally {
			boolean ignored = Thread.interrupted();
		}
		assertThat(sandboxes.tenants().known()).isLessThanOrEqualTo(5);
		assertThat(sandboxes.tenants().statistics()).allSatisfy((tenant) -> {
			assertThat(tenant.running()).isBetween(0, 2);
			assertThat(tenant.memory()).isBetween(0L, 6L * PAGE);
		});
	}

	private static void act(WasmSandbox sandbox, ThreadLocalRandom random) {
		switch (random.nextInt(10)) {
			case 0 -> sandbox.call("trap", void.class);
			case 1 -> sandbox.call("spin", void.class);
			case 2 -> {
				CompletableFuture<Void> call = sandbox.callAsync("spin", void.class);
				call.cancel(true);
			}
			case 3 -> {
				Thread.currentThread().interrupt();
				sandbox.call("ok", int.class);
			}
			case 4, 5 -> {
				try (SandboxSession session = sandbox.openSession()) {
					assertThat(session.call("grow", int.class, random.nextInt(1, 8))).isIn(1, -1);
				}
			}
			case 6 -> {
				try (SandboxSession session = sandbox.openSession(); SandboxSession inner = sandbox.openSession()) {
					assertThat(session.call("ok", int.class) + inner.call("ok", int.class)).isEqualTo(84);
				}
			}
			default -> assertThat(sandbox.call("ok", int.class)).isEqualTo(42);
		}
	}

}
