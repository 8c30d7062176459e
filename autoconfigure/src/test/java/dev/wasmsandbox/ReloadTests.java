package dev.wasmsandbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.UnknownModuleException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.PoolControl;
import dev.wasmsandbox.pool.PoolStatistics;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** A module is replaced while handles on it are kept. */
@Timeout(120)
class ReloadTests {

	private final WasmSandboxes registry = WasmSandboxes.builder().build();

	private final WasmSandbox sandbox = this.registry.load(Versions.definition("m").build());

	@AfterEach
	void close() {
		this.registry.close();
	}

	private void rejected(String text, Reason reason, String... parts) {
		ModuleInfo before = this.sandbox.info();
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> this.registry.reload("m", ModuleSource.of(Wat.assemble(text))))
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(reason))
			.satisfies((ex) -> assertThat(ex.moduleName()).isEqualTo("m"))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(parts));
		assertThat(this.sandbox.info()).isEqualTo(before);
		assertThat(this.sandbox.call("version", int.class)).isEqualTo(before.reloads());
	}

	@Test
	void allHandlesUseTheNewVersionWhereverItsExportsAre() {
		WasmSandbox tenant = this.sandbox.forTenant("t");
		WasmFunction version = this.sandbox.export("version");
		WasmFunction twice = tenant.export("twice");
		for (int number = 1; number <= 4; number++) {
			this.registry.reload("m", Versions.source(number));
			assertThat(this.sandbox.call("version", int.class)).isEqualTo(number);
			assertThat(tenant.call("version", int.class)).isEqualTo(number);
			assertThat(this.sandbox.callAsync("version", int.class).join()).isEqualTo(number);
			assertThat(version.callInt()).isEqualTo(number);
			assertThat(twice.callInt(21)).isEqualTo(1_000 * number + 42);
			assertThat(twice.callRaw(1)).containsExactly(1_000 * number + 2);
			assertThat(this.registry.get("m")).isSameAs(this.sandbox);
		}
	}

	@Test
	void sessionsStayWithTheirVersion() {
		try (SandboxSession session = this.sandbox.openSession()) {
			WasmFunction version = session.export("version");
			assertThat(session.call("bump", int.class)).isEqualTo(1);
			this.registry.reload("m", Versions.source(1));
			assertThat(version.callInt()).isZero();
			assertThat(session.export("version").callInt()).isZero();
			assertThat(session.call("bump", int.class)).isEqualTo(2);
			assertThat(session.global("level")).isEqualTo(0);
			assertThat(session.memory().readInt(0)).isEqualTo(2);
			try (SandboxSession next = this.sandbox.openSession()) {
				assertThat(next.call("version", int.class)).isEqualTo(1);
				assertThat(next.global("level")).isEqualTo(1);
			}
		}
	}

	@Test
	void aReloadWithoutASourceTakesTheOneOfTheDefinition() {
		AtomicInteger number = new AtomicInteger(10);
		WasmSandbox changing = this.registry.load(ModuleDefinition.named("changing")
			.source(ModuleSource.of("changing", () -> new ByteArrayInputStream(Versions.bytes(number.get()))))
			.build());
		number.set(12);
		this.registry.reload("changing", Versions.source(3));
		assertThat(changing.call("version", int.class)).isEqualTo(3);
		ModuleInfo info = this.registry.reload("changing");
		assertThat(changing.call("version", int.class)).isEqualTo(12);
		assertThat(info).isEqualTo(changing.info());
		assertThat(info.source()).isEqualTo("changing");
	}

	@Test
	void theInformationTellsTheVersionAndCountsGoOn() {
		ModuleInfo before = this.sandbox.info();
		assertThat(before.reloads()).isZero();
		List<ModuleReload> told = new ArrayList<>();
		List<String> changes = new ArrayList<>();
		this.registry.addReloadListener(told::add);
		this.registry.addListener(changes::add);
		this.sandbox.call("version", int.class);
		PoolStatistics pool = this.sandbox.statistics().pool();
		ModuleInfo after = this.registry.reload("m", Versions.source(1));
		assertThat(after.digest()).isEqualTo(ModuleCache.digest(Versions.bytes(1))).isNotEqualTo(before.digest());
		assertThat(after.reloads()).isEqualTo(1);
		assertThat(after.loadedAt()).isAfterOrEqualTo(before.loadedAt());
		assertThat(told).containsExactly(new ModuleReload(before, after));
		assertThat(changes).containsExactly("m");
		this.sandbox.call("version", int.class);
		assertThat(this.sandbox.statistics().calls()).containsEntry(Outcome.SUCCESS, 2L);
		PoolStatistics later = this.sandbox.statistics().pool();
		assertThat(later.created()).isGreaterThan(pool.created());
		assertThat(later.discarded()).isEqualTo(later.created() - later.idle());
		pool.resets()
			.byStrategy()
			.forEach((strategy, count) -> assertThat(later.resets().count(strategy)).isGreaterThanOrEqualTo(count));
	}

	@Test
	void whatWasSetForThePoolAtRunTimeStays() {
		PoolControl pool = this.sandbox.pool();
		pool.resize(3);
		this.registry.suspend();
		this.registry.reload("m", Versions.source(1));
		assertThat(pool.statistics().maxSize()).isEqualTo(3);
		this.sandbox.call("version", int.class);
		assertThat(pool.statistics().idle()).isZero();
		this.registry.resume();
		this.sandbox.call("version", int.class);
		assertThat(pool.statistics().idle()).isEqualTo(1);
	}

	@Test
	void whatFormerVersionsStillHoldIsInTheFigures() {
		SandboxSession session = this.sandbox.openSession();
		long leased = this.sandbox.pool().memory().leased();
		this.registry.reload("m", Versions.source(1));
		assertThat(this.sandbox.statistics().pool().leased()).isEqualTo(1);
		assertThat(this.sandbox.pool().memory().leased()).isEqualTo(leased).isPositive();
		session.close();
		PoolStatistics pool = this.sandbox.statistics().pool();
		assertThat(pool.leased()).isZero();
		assertThat(pool.discarded()).isEqualTo(pool.created() - pool.idle());
		assertThat(this.sandbox.pool().memory().leased()).isZero();
	}

	@Test
	void aVersionThatLacksAnExportIsRefusedWithWantedAndFound() {
		String rest = "(memory (export \"memory\") 1) (global (export \"level\") i32 (i32.const 0)) "
				+ "(func (export \"bump\") (result i32) i32.const 1)";
		rejected("(module " + rest + "(func (export \"version\") (result i64) i64.const 1))",
				Reason.INCOMPATIBLE_EXPORTS, "'version' must be a function () -> i32, but is a function () -> i64",
				"'twice' must be a function (i32) -> i32, but is missing", "build it with these exports");
		String functions = "(func (export \"version\") (result i32) i32.const 1) "
				+ "(func (export \"twice\") (param i32) (result i32) i32.const 1)"
				+ "(func (export \"bump\") (result i32) i32.const 1)";
		rejected("(module (memory 1) (global (export \"level\") f32 (f32.const 0)) " + functions + ")",
				Reason.INCOMPATIBLE_EXPORTS, "'memory' must be a memory, but is missing",
				"'level' must be a global i32, but is a global f32");
		rejected(
				"(module (global (export \"level\") i32 (i32.const 0)) (global (export \"memory\") i32 (i32.const 0))"
						+ functions + ")",
				Reason.INCOMPATIBLE_EXPORTS, "'memory' must be a memory, but is a global i32");
	}

	@Test
	void whatCannotBeRunIsRefusedAndTheFormerVersionStays() {
		String exports = "(memory (export \"memory\") 1) (global (export \"level\") i32 (i32.const 0)) "
				+ "(func (export \"version\") (result i32) i32.const 1) "
				+ "(func (export \"twice\") (param i32) (result i32) i32.const 1)"
				+ "(func (export \"bump\") (result i32) i32.const 1)";
		rejected("(module (import \"env\" \"nothing\" (func)) " + exports + ")", Reason.UNRESOLVED_IMPORTS,
				"env.nothing");
		rejected("(module " + exports + "(func $s unreachable) (start $s))", Reason.INSTANTIATION_FAILED,
				"cannot be instantiated");
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> this.registry.reload("m", ModuleSource.of(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 })))
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.MALFORMED));
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> this.registry.reload("m", ModuleSource.of("gone", () -> {
				throw new IOException("no such file");
			})))
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.UNREADABLE));
		assertThat(this.sandbox.call("version", int.class)).isZero();
		assertThat(this.sandbox.info().reloads()).isZero();
		assertThatExceptionOfType(UnknownModuleException.class).isThrownBy(() -> this.registry.reload("nobody"));
	}

	@Test
	void theDefinitionHoldsForEveryVersion() {
		WasmSandbox warm = this.registry.load(Versions.definition("warm")
			.snapshot(SnapshotPoint.AFTER_WARM_UP)
			.warmUp(new WarmUpCall("bump", List.of(), 3))
			.pool(PoolSettings.defaults().withMinIdle(2))
			.limits(SandboxLimits.defaults().withFuel(1_000).withCallTimeout(Duration.ofSeconds(5)))
			.build());
		this.registry.reload("warm", Versions.source(1));
		assertThat(warm.call("bump", int.class)).isEqualTo(4);
		assertThat(warm.callMetered("version", int.class).result()).isEqualTo(1);
		assertThat(warm.info().pool().minIdle()).isEqualTo(2);
		assertThat(warm.statistics().pool().idle()).isGreaterThanOrEqualTo(1);
	}

	@Test
	void oneReloadOfAModuleAtATimeAndNoneOfAModuleThatIsUnloadedMeanwhile() throws InterruptedException {
		CountDownLatch reading = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		ModuleSource slow = ModuleSource.of("slow", () -> {
			reading.countDown();
			Awaitility.await().until(() -> go.getCount() == 0);
			return new ByteArrayInputStream(Versions.bytes(1));
		});
		CompletableFuture<ModuleInfo> first = CompletableFuture.supplyAsync(() -> this.registry.reload("m", slow),
				(task) -> Thread.ofPlatform().start(task));
		reading.await();
		assertThatExceptionOfType(SandboxBusyException.class)
			.isThrownBy(() -> this.registry.reload("m", Versions.source(2)))
			.withMessageContaining("being reloaded already");
		assertThat(this.sandbox.call("version", int.class)).isZero();
		this.registry.unload("m");
		go.countDown();
		assertThat(first).failsWithin(Duration.ofMinutes(1))
			.withThrowableThat()
			.havingRootCause()
			.isInstanceOf(IllegalStateException.class)
			.withMessageContaining("was unloaded");
		assertThatIllegalStateException().isThrownBy(() -> this.sandbox.call("version", int.class))
			.withMessageContaining("was unloaded");
		assertThat(this.registry.load(Versions.definition("m").build()).call("version", int.class)).isZero();
	}

	@Test
	void callersThatWaitAreServedByTheNewVersion() {
		WasmSandbox narrow = this.registry.load(Versions.definition("narrow")
			.pool(PoolSettings.defaults().withMaxSize(1).withMaxWait(Duration.ofMinutes(1)))
			.build());
		try (SandboxSession holder = narrow.openSession()) {
			List<CompletableFuture<Integer>> waiting = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				waiting.add(CompletableFuture.supplyAsync(() -> narrow.call("version", int.class),
						(task) -> Thread.ofPlatform().start(task)));
			}
			Awaitility.await().until(() -> narrow.statistics().pool().pending() == 3);
			this.registry.reload("narrow", Versions.source(1));
			assertThat(waiting).allSatisfy((call) -> assertThat(call.join()).isEqualTo(1));
			assertThat(holder.call("version", int.class)).isZero();
			assertThat(narrow.statistics().pool().leased()).isEqualTo(1);
		}
		assertThat(narrow.statistics().pool().leased()).isZero();
	}

	@Test
	void aRunningCallEndsOnItsVersion() {
		String loop = "(func (export \"run\") (loop $l (br $l)))";
		WasmSandbox busy = this.registry.load(ModuleDefinition.named("busy")
			.source(ModuleSource.of(Wat.assemble("(module " + loop + ")")))
			.limits(SandboxLimits.defaults().withCallTimeout(Duration.ofMillis(300)))
			.build());
		CompletableFuture<Void> running = CompletableFuture.runAsync(() -> busy.call("run", void.class),
				(task) -> Thread.ofPlatform().start(task));
		Awaitility.await().until(() -> busy.statistics().pool().leased() == 1);
		this.registry.reload("busy", ModuleSource.of(Wat.assemble("(module (func (export \"run\")))")));
		busy.call("run", void.class);
		assertThat(running).failsWithin(Duration.ofMinutes(1))
			.withThrowableThat()
			.havingRootCause()
			.isInstanceOf(SandboxTimeoutException.class);
		assertThat(busy.statistics().calls()).containsEntry(Outcome.TIMEOUT, 1L).containsEntry(Outcome.SUCCESS, 1L);
	}

	@Test
	void theFormerVersionLeavesTheCacheUnlessAnotherModuleHasIt() {
		ModuleCache cache = this.registry.cache();
		String digest = this.sandbox.info().digest();
		this.registry.load(Versions.definition("same").build());
		this.registry.reload("m", Versions.source(1));
		assertThat(cache.contains(digest)).isTrue();
		this.registry.reload("same", Versions.source(1));
		assertThat(cache.contains(digest)).isFalse();
		assertThat(cache.contains(ModuleCache.digest(Versions.bytes(1)))).isTrue();
		this.registry.reload("same", Versions.source(1));
		assertThat(cache.contains(ModuleCache.digest(Versions.bytes(1)))).isTrue();
	}

	@Test
	void aReloadThatTheBudgetHasNoRoomForLeavesTheFormerVersion() {
		try (WasmSandboxes small = WasmSandboxes.builder().totalMemory(350_000).build()) {
			WasmSandbox large = small.load(ModuleDefinition.named("large").source(large("x")).build());
			long counted = small.memoryBudget().counted();
			assertThat(counted).isGreaterThan(350_000 / 2);
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> small.reload("large", large("y")))
				.withMessageContaining("total-memory");
			assertThat(small.memoryBudget().counted()).isLessThanOrEqualTo(counted);
			assertThat(large.call("get", int.class)).isEqualTo('x');
			assertThat(large.info().reloads()).isZero();
		}
	}

	private static ModuleSource large(String letter) {
		return ModuleSource.of(Wat.assemble("(module (memory 4) (data (i32.const 0) \"" + letter.repeat(200_000)
				+ "\") (func (export \"get\") (result i32) (i32.load8_u (i32.const 1000))))"));
	}

	@Test
	void closingTheRegistryWhileItReloadsLeavesNoSandboxes() throws InterruptedException {
		for (int round = 0; round < 10; round++) {
			WasmSandboxes closing = WasmSandboxes.builder().totalMemory(1 << 30).build();
			WasmSandbox module = closing.load(Versions.definition("m").build());
			CountDownLatch reading = new CountDownLatch(1);
			CompletableFuture<Void> reloads = CompletableFuture.runAsync(() -> {
				for (int number = 1; number < 10_000; number++) {
					byte[] bytes = Versions.bytes(number);
					closing.reload("m", ModuleSource.of("m", () -> {
						reading.countDown();
						return new ByteArrayInputStream(bytes);
					}));
				}
			}, (task) -> Thread.ofPlatform().start(task));
			reading.await();
			LockSupport.parkNanos(round * 1_000_000L);
			closing.close();
			assertThat(reloads).failsWithin(Duration.ofMinutes(1));
			assertThat(closing.memoryBudget().counted()).isZero();
			assertThat(closing.names()).isEmpty();
			assertThatIllegalStateException().isThrownBy(() -> module.call("version", int.class));
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aSessionLeftOpenOnAFormerVersionIsReported(CapturedOutput output) {
		WasmSandbox leaky = this.registry.load(Versions.definition("leaky")
			.pool(PoolSettings.defaults().withLeakDetectionThreshold(Duration.ofMillis(200)))
			.build());
		try (SandboxSession session = leaky.openSession("forgotten")) {
			this.registry.reload("leaky", Versions.source(1));
			Awaitility.await().until(() -> output.getAll().contains("the session 'forgotten'"));
			assertThat(session.call("version", int.class)).isZero();
		}
	}

}
