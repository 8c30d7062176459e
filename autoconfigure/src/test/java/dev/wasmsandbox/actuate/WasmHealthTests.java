package dev.wasmsandbox.actuate;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.module.ModuleSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** When modules are down, and when they are not, with modules that are in that state. */
class WasmHealthTests {

	private static final int PAGE = 65_536;

	private static final long LIMIT = 20L * PAGE;

	/** Its image has no hole, so that what is counted for it does not change. */
	private static final byte[] GROWING = Wat.assemble("""
			(module
			  (memory 1 64)
			  (data (i32.const 0) "%s")
			  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
			  (func (export "ok")))
			""".formatted("x".repeat(PAGE)));

	/** Each of its sandboxes asks the host when it starts. */
	private static final byte[] STARTING = Wat.assemble("""
			(module
			  (import "env" "ready" (func $ready))
			  (start $ready)
			  (func (export "ok")))
			""");

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().totalMemory(LIMIT).build();

	private final WasmHealthContributor health = new WasmHealthContributor(this.sandboxes);

	private final AtomicInteger starts = new AtomicInteger();

	private final AtomicReference<@Nullable RuntimeException> startFailure = new AtomicReference<>();

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private WasmSandbox load(String name, byte[] module) {
		return this.sandboxes.load(ModuleDefinition.named(name)
			.source(ModuleSource.of(module))
			.pool(new PoolSettings(2, Duration.ZERO))
			.build());
	}

	private WasmSandbox starting() {
		return this.sandboxes.load(ModuleDefinition.named("starting")
			.source(ModuleSource.of(STARTING))
			.hostFunction(HostFunction.of("env", "ready", "() -> ()", (_, _) -> {
				this.starts.incrementAndGet();
				RuntimeException failure = this.startFailure.get();
				if (failure != null) {
					throw failure;
				}
				return null;
			}))
			.build());
	}

	private Health health(String module) {
		return Objects.requireNonNull(
				((HealthIndicator) Objects.requireNonNull(this.health.getContributor(module))).health(true));
	}

	private Status status(String module) {
		return health(module).getStatus();
	}

	@Test
	void aModuleIsUpAndSaysWhichVersionOfIt() {
		WasmSandbox sandbox = load("simple", Fixtures.bytes("simple_module"));
		Health health = health("simple");
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsOnlyKeys("digest", "reloads", "leased", "idle", "pending", "maxSize")
			.containsEntry("digest", sandbox.info().digest())
			.containsEntry("reloads", 0)
			.containsEntry("leased", 0)
			.containsEntry("idle", 1)
			.containsEntry("maxSize", 2);
		assertThat(this.health.stream()).singleElement()
			.satisfies((entry) -> assertThat(entry.name()).isEqualTo("simple"));
		this.sandboxes.unload("simple");
		assertThat(this.health.stream()).isEmpty();
		assertThat(this.health.getContributor("simple")).isNull();
	}

	/** Who asks has found it before it was unloaded. */
	@Test
	void aModuleThatIsJustUnloadedIsNotDown() {
		load("simple", Fixtures.bytes("simple_module"));
		HealthIndicator found = (HealthIndicator) Objects.requireNonNull(this.health.getContributor("simple"));
		this.sandboxes.unload("simple");
		assertThat(Objects.requireNonNull(found.health(true)).getStatus()).isEqualTo(Status.UNKNOWN);
	}

	@Test
	void aModuleIsDownAsLongAsTheMemoryBudgetIsUsedUp() {
		WasmSandbox greedy = load("greedy", GROWING);
		WasmSandbox victim = load("victim", GROWING);
		try (SandboxSession session = greedy.openSession()) {
			int pages = (int) ((LIMIT - this.sandboxes.memoryBudget().counted()) / PAGE);
			assertThat(session.call("grow", int.class, pages)).isEqualTo(1);
			assertThat(status("victim")).as("nobody has seen it fail").isEqualTo(Status.UP);
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> victim.call("ok", void.class));
			Health down = health("victim");
			assertThat(down.getStatus()).isEqualTo(Status.DOWN);
			assertThat(down.getDetails()).containsKey("lastErrorAt")
				.hasEntrySatisfying("lastError", (error) -> assertThat(error.toString())
					.contains("SandboxLimitException", "limits.total-memory"));
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> greedy.call("ok", void.class));
			assertThat(status("greedy")).as("one of it is in use").isEqualTo(Status.UP);
		}
		// Without a call of anybody's, which it would not get as long as it is down.
		Awaitility.await().untilAsserted(() -> assertThat(status("victim")).isEqualTo(Status.UP));
		assertThat(health("victim").getDetails()).containsKey("lastError");
		victim.call("ok", void.class);
	}

	@Test
	void aModuleIsDownAsLongAsItsStartFails() {
		WasmSandbox sandbox = starting();
		this.startFailure.set(new IllegalStateException("the database is not there"));
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> sandbox.call("ok", void.class));
		assertThat(status("starting")).isEqualTo(Status.DOWN);
		assertThat(String.valueOf(health("starting").getDetails().get("lastError")))
			.contains("ModuleRejectedException", "env.ready", "IllegalStateException")
			.doesNotContain("database");
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> sandbox.call("ok", void.class));
		assertThat(status("starting")).isEqualTo(Status.DOWN);
		this.startFailure.set(null);
		Awaitility.await().untilAsserted(() -> assertThat(status("starting")).isEqualTo(Status.UP));
	}

	@Test
	void nothingIsRunToSayThatAModuleIsUp() {
		starting().call("ok", void.class);
		int before = this.starts.get();
		for (int i = 0; i < 100; i++) {
			assertThat(status("starting")).isEqualTo(Status.UP);
		}
		assertThat(this.starts).hasValue(before);
	}

	@Test
	void whatIsDownIsTriedOnceASecondAtMost() {
		WasmSandbox sandbox = starting();
		this.startFailure.set(new IllegalStateException("not yet"));
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> sandbox.call("ok", void.class));
		long begun = System.nanoTime();
		int before = this.starts.get();
		for (int i = 0; i < 200; i++) {
			assertThat(status("starting")).isEqualTo(Status.DOWN);
		}
		long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
		assertThat(this.starts.get() - before).isBetween(1, 2 + (int) seconds);
	}

	@Test
	void aModuleThatIsBusyIsUp() {
		WasmSandbox sandbox = load("simple", Fixtures.bytes("simple_module"));
		try (SandboxSession one = sandbox.openSession(); SandboxSession two = sandbox.openSession()) {
			assertThat(one.moduleName()).isEqualTo(two.moduleName());
			assertThatExceptionOfType(SandboxBusyException.class)
				.isThrownBy(() -> sandbox.call("add", int.class, 2, 3));
			Health health = health("simple");
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("leased", 2).doesNotContainKey("lastError");
		}
		assertThat(status("simple")).isEqualTo(Status.UP);
	}

	@Test
	void aModuleWhoseCallsTrapIsUp() {
		WasmSandbox sandbox = load("traps", Fixtures.bytes("traps"));
		for (int i = 0; i < 20; i++) {
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> sandbox.call("unreachable", void.class));
		}
		Health health = health("traps");
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).doesNotContainKey("lastError");
	}

	@Test
	void aReloadThatFailsLeavesTheModuleUp() {
		load("simple", Fixtures.bytes("simple_module"));
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> this.sandboxes.reload("simple", ModuleSource.of(Fixtures.bytes("start_trap"))));
		Health health = health("simple");
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("reloads", 0).doesNotContainKey("lastError");
	}

}
