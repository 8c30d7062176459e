package dev.wasmsandbox;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.TenantStatistics;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/** What tenants may use holds, over all modules, and comes back whatever happens. */
@Timeout(120)
class TenantQuotaTests {

	private static final int PAGE = 65_536;

	private static final Duration LONG = Duration.ofHours(1);

	private static final byte[] MODULE = Wat.assemble("""
			(module
			  (memory (export "memory") 1 64)
			  (func (export "ok") (result i32) i32.const 42)
			  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
			  (func (export "grow_and_trap") i32.const 2 memory.grow drop unreachable)
			  (func (export "trap") unreachable)
			  (func (export "spin") (loop br 0)))
			""");

	private final AtomicReference<WasmSandboxes> registry = new AtomicReference<>();

	@AfterEach
	void nothingIsHeldInTheEnd() {
		assertThat(this.registry.get().tenants().statistics()).allSatisfy((tenant) -> {
			assertThat(tenant.running()).as(tenant.name()).isZero();
			assertThat(tenant.waiting()).as(tenant.name()).isZero();
			assertThat(tenant.memory()).as(tenant.name()).isZero();
		});
		this.registry.get().close();
	}

	private WasmSandbox load(WasmSandboxesBuilder builder, Duration maxWait, Duration callTimeout) {
		this.registry.set(builder.build());
		return load("module", maxWait, callTimeout);
	}

	private WasmSandbox load(String name, Duration maxWait, Duration callTimeout) {
		return this.registry.get()
			.load(ModuleDefinition.named(name)
				.source(ModuleSource.of(MODULE))
				.limits(SandboxLimits.defaults().withCallTimeout(callTimeout))
				.pool(new PoolSettings(8, maxWait))
				.build());
	}

	private static WasmSandboxesBuilder calls(int most) {
		return WasmSandboxes.builder().tenantQuota(TenantQuota.none().withMaxConcurrentCalls(most));
	}

	private TenantStatistics tenant(String name) {
		return this.registry.get()
			.tenants()
			.statistics()
			.stream()
			.filter((tenant) -> tenant.name().equals(name))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void concurrentCallsCountOverAllModulesAndForEachTenantAlone() {
		WasmSandbox one = load(calls(2), Duration.ZERO, LONG);
		WasmSandbox two = load("two", Duration.ZERO, LONG);
		try (SandboxSession first = one.forTenant("acme").openSession()) {
			try (SandboxSession second = two.forTenant("acme").openSession("label")) {
				assertThat(first.call("ok", int.class) + second.call("ok", int.class)).isEqualTo(84);
				assertThat(tenant("acme").running()).isEqualTo(2);
				assertThatExceptionOfType(SandboxBusyException.class)
					.isThrownBy(() -> one.forTenant("acme").call("ok", int.class))
					.withMessageContaining("tenant 'acme': its quota max-concurrent-calls of 2 is used up")
					.withMessageContaining("pool.max-wait of 0 ms")
					.withMessageContaining("raise the quota");
				assertThat(one.forTenant("acme").forTenant("other").call("ok", int.class)).isEqualTo(42);
				assertThat(one.call("ok", int.class)).isEqualTo(42);
				assertThat(tenant("acme").refused()).isEqualTo(1);
				assertThat(this.registry.get().tenants().refused()).isEqualTo(1);
				assertThat(one.statistics().calls()).containsEntry(Outcome.BUSY, 1L);
			}
			assertThat(two.forTenant("acme").export("ok").callInt()).isEqualTo(42);
		}
	}

	@Test
	void whoeverWaitsForTheQuotaGetsItsTurn() throws Exception {
		WasmSandbox acme = load(calls(1), LONG, LONG).forTenant("acme");
		CompletableFuture<Integer> waiting = new CompletableFuture<>();
		try (SandboxSession held = acme.openSession()) {
			assertThat(held.instanceId()).isNotEmpty();
			Thread.ofVirtual().start(() -> waiting.complete(acme.call("ok", int.class)));
			Awaitility.await().until(() -> tenant("acme").waiting() == 1);
			assertThat(acme.statistics().pool().pending()).as("it stands in nobody's way").isZero();
		}
		assertThat(waiting.get()).isEqualTo(42);
		Awaitility.await().until(() -> tenant("acme").running() == 0);
	}

	@Test
	void aWaitThatIsInterruptedHoldsNothing() throws Exception {
		WasmSandbox module = load(calls(1), LONG, LONG);
		WasmSandbox acme = module.forTenant("acme");
		try (SandboxSession held = acme.openSession()) {
			assertThat(held.instanceId()).isNotEmpty();
			interruptWhileWaiting(acme);
		}
		assertThat(acme.call("ok", int.class)).isEqualTo(42);
		module.pool().resize(1);
		try (SandboxSession held = module.openSession()) {
			assertThat(held.instanceId()).isNotEmpty();
			interruptWhileWaiting(acme);
		}
		assertThat(acme.call("ok", int.class)).isEqualTo(42);
	}

	private void interruptWhileWaiting(WasmSandbox acme) throws InterruptedException {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Thread waiting = Thread.ofVirtual().start(() -> {
			try {
				acme.call("ok", int.class);
			}
			catch (SandboxInterruptedException ex) {
				thrown.set(ex);
			}
		});
		Awaitility.await().until(() -> tenant("acme").waiting() == 1);
		waiting.interrupt();
		waiting.join();
		assertThat(thrown.get()).hasMessageContaining("interrupted while waiting");
		assertThat(tenant("acme").waiting()).isZero();
	}

	@Test
	void failedCallsGiveTheirPlaceBack() {
		WasmSandbox acme = load(calls(1), Duration.ZERO, Duration.ofMillis(20)).forTenant("acme");
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> acme.call("trap", void.class));
			assertThatExceptionOfType(SandboxTimeoutException.class).isThrownBy(() -> acme.call("spin", void.class));
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> acme.call("grow_and_trap", void.class));
			assertThat(acme.call("ok", int.class)).isEqualTo(42);
		}
		assertThat(tenant("acme").cpuTime()).isPositive();
	}

	@Test
	void cancelledCallsGiveTheirPlaceBack() {
		WasmSandbox acme = load(calls(1), Duration.ZERO, LONG).forTenant("acme");
		CompletableFuture<Void> spinning = acme.callAsync("spin", void.class);
		Awaitility.await().until(() -> tenant("acme").running() == 1);
		assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(() -> acme.call("ok", int.class));
		spinning.cancel(true);
		Awaitility.await().until(() -> tenant("acme").running() == 0);
		assertThat(acme.call("ok", int.class)).isEqualTo(42);
	}

	@Test
	void whoIsRefusedByThePoolGivesItsPlaceBack() {
		WasmSandbox module = load(calls(1), Duration.ZERO, LONG);
		module.pool().resize(1);
		WasmSandbox acme = module.forTenant("acme");
		try (SandboxSession held = module.openSession()) {
			assertThat(held.instanceId()).isNotEmpty();
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(() -> acme.call("ok", int.class))
					.withMessageContaining("all 1 sandboxes");
			}
		}
		assertThat(acme.call("ok", int.class)).isEqualTo(42);
		module.close();
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> acme.call("ok", int.class));
	}

	@ParameterizedTest
	@EnumSource
	void memoryIsWhatItsSandboxesHaveInBounds(MemoryBackend backend) {
		assumeThat(backend == MemoryBackend.MAPPED && MemoryBackend.detect() != backend).isFalse();
		TenantQuota quota = TenantQuota.none().withMemory(4L * PAGE);
		WasmSandbox module = load(WasmSandboxes.builder().backend(backend).tenantQuota("acme", quota), LONG, LONG);
		WasmSandbox acme = module.forTenant("acme");
		try (SandboxSession first = acme.openSession()) {
			assertThat(tenant("acme").memory()).isEqualTo(PAGE);
			assertThat(first.call("grow", int.class, 4)).isEqualTo(-1);
			assertThat(tenant("acme").memory()).isEqualTo(PAGE);
			try (SandboxSession second = acme.openSession()) {
				assertThat(second.call("grow", int.class, 2)).isEqualTo(1);
				assertThat(first.call("grow", int.class, 1)).isEqualTo(-1);
				assertThat(tenant("acme").memory()).isEqualTo(4 * PAGE);
			}
			assertThat(tenant("acme").memory()).isEqualTo(PAGE);
			assertThat(first.call("grow", int.class, 3)).isEqualTo(1);
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(acme::openSession)
				.withMessageContaining("tenant 'acme': its quota memory of " + 4 * PAGE + " bytes")
				.satisfies((refused) -> {
					assertThat(refused.limit()).isEqualTo("tenants.memory");
					assertThat(refused.value()).isEqualTo(4 * PAGE);
					assertThat(refused.requested()).isEqualTo(5 * PAGE);
				});
			assertThat(module.pool().statistics().discarded()).as("sandboxes given up for it").isZero();
			try (SandboxSession other = module.forTenant("other").openSession()) {
				assertThat(other.call("grow", int.class, 30)).isEqualTo(1);
			}
		}
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> acme.call("grow_and_trap", void.class));
		assertThat(tenant("acme").memory()).isZero();
		try (SandboxSession unowned = module.openSession()) {
			assertThat(unowned.call("grow", int.class, 10)).isEqualTo(1);
			assertThat(tenant("acme").memory()).isZero();
		}
	}

	@Test
	void aTenantThatRanTooLongWaitsUntilItHasPaid() {
		WasmSandbox impatient = load(
				WasmSandboxes.builder()
					.tenantQuota("acme", TenantQuota.none().withCpuTimePerSecond(Duration.ofMillis(50))),
				Duration.ZERO, Duration.ofMillis(20));
		WasmSandbox patient = load("patient", LONG, LONG);
		assertThat(spinUntilRefused(impatient.forTenant("acme")))
			.hasMessageContaining("tenant 'acme': its quota cpu-time-per-second of 50 ms is used up");
		assertThat(impatient.forTenant("other").call("ok", int.class)).isEqualTo(42);
		assertThat(patient.forTenant("acme").call("ok", int.class)).isEqualTo(42);
		assertThat(tenant("acme").cpuTime()).isGreaterThan(Duration.ofMillis(50));
		assertThat(tenant("acme").refused()).isEqualTo(1);
	}

	private static SandboxBusyException spinUntilRefused(WasmSandbox sandbox) {
		while (true) {
			try {
				sandbox.call("spin", void.class);
			}
			catch (SandboxTimeoutException _) {
				// Once more.
			}
			catch (SandboxBusyException ex) {
				return ex;
			}
		}
	}

	@Test
	void whoWaitsToPayCanBeInterrupted() throws Exception {
		WasmSandbox impatient = load(
				WasmSandboxes.builder().tenantQuota(TenantQuota.none().withCpuTimePerSecond(Duration.ofMillis(1))),
				Duration.ZERO, Duration.ofMillis(20));
		WasmSandbox patient = load("patient", LONG, LONG).forTenant("acme");
		assertThat(spinUntilRefused(impatient.forTenant("acme"))).isNotNull();
		interruptWhileWaiting(patient);
	}

	@Test
	void theSandboxBuilderAndOwnedSandboxesKnowTenants() {
		this.registry.set(WasmSandboxes.builder().build());
		try (WasmSandbox alone = WasmSandbox.builder()
			.source(MODULE)
			.pool(new PoolSettings(2, Duration.ZERO))
			.tenantQuota(TenantQuota.none().withMaxConcurrentCalls(1))
			.build(); SandboxSession held = alone.forTenant("acme").openSession()) {
			assertThat(held.call("ok", int.class)).isEqualTo(42);
			assertThatExceptionOfType(SandboxBusyException.class)
				.isThrownBy(() -> alone.forTenant("acme").call("ok", int.class));
			assertThat(alone.forTenant("b").call("ok", int.class)).isEqualTo(42);
		}
	}

}
