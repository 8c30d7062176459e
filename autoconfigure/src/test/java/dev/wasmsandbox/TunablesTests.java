package dev.wasmsandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.engine.Watchdog;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.module.ModuleCacheSettings;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.pool.PoolBounds;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What may be changed while modules are in use, each seen by what it does. */
class TunablesTests {

	private static final PoolSettings FOUR = new PoolSettings(4, Duration.ZERO);

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().build();

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private WasmSandbox load(String fixture, PoolSettings pool) {
		return this.sandboxes.load(ModuleDefinition.named("m").source(TestModules.source(fixture)).pool(pool).build());
	}

	private Tunable tunable(String id) {
		return tunable(this.sandboxes, id);
	}

	private static Tunable tunable(WasmSandboxes registry, String id) {
		return registry.tunables()
			.stream()
			.filter((tunable) -> tunable.id().equals(id))
			.findFirst()
			.orElseThrow(() -> new AssertionError("no " + id + " in " + registry.tunables()));
	}

	private static void assertMaxSize(WasmSandbox sandbox, int size) {
		List<SandboxSession> sessions = new ArrayList<>();
		try {
			for (int i = 0; i < size; i++) {
				sessions.add(sandbox.openSession());
			}
			assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(sandbox::openSession);
		}
		finally {
			sessions.forEach(SandboxSession::close);
		}
	}

	@Test
	void eachModuleHasItsOwnAndTheyGoWithIt() {
		assertThat(this.sandboxes.tunables()).extracting(Tunable::id)
			.containsExactly("cache.max-weight", "watchdog.tick");
		WasmSandbox module = load("state", FOUR);
		assertThat(this.sandboxes.tunables()).extracting(Tunable::id)
			.contains("m/pool.max-size", "m/pool.min-idle", "m/pool.min-resident")
			.doesNotHaveDuplicates();
		assertThat(this.sandboxes.tunables()).allSatisfy((tunable) -> {
			assertThat(tunable.range().contains(tunable.value())).as(tunable.id()).isTrue();
			assertThat(tunable.risk()).isNotEqualTo(Tunable.Risk.HIGH);
		});
		module.close();
		assertThat(this.sandboxes.tunables()).hasSize(2);
	}

	@Test
	void maxSizeBoundsLeases() {
		WasmSandbox module = load("state", FOUR);
		Tunable maxSize = tunable("m/pool.max-size");
		assertThat(maxSize.range().values()).containsExactly(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0);
		maxSize.set(2);
		assertMaxSize(module, 2);
		maxSize.set(8);
		assertMaxSize(module, 8);
		assertThat(module.pool().bounds()).isEqualTo(new PoolBounds(8, 0, 0));
	}

	@Test
	void onlyValuesWithinTheBoundsAreSetAndWhatAnOperatorHasSet() {
		WasmSandbox module = load("state", FOUR.withMaxSize(64));
		Tunable maxSize = tunable("m/pool.max-size");
		assertThat(maxSize.range().values()).containsExactly(16.0, 32.0, 64.0, 128.0, 256.0);
		for (double wrong : new double[] { 0, -1, 8, 17, 512, Double.NaN }) {
			assertThatIllegalArgumentException().isThrownBy(() -> maxSize.set(wrong))
				.withMessageContaining("m/pool.max-size may be one of");
		}
		module.pool().resize(7);
		assertThat(maxSize.value()).isEqualTo(7);
		assertThat(maxSize.range().contains(7)).isTrue();
		maxSize.set(32);
		maxSize.set(7);
		assertThat(module.pool().bounds().maxSize()).isEqualTo(7);
	}

	@Test
	void minIdleHasSandboxesReady() {
		WasmSandbox module = load("state", FOUR);
		tunable("m/pool.min-idle").set(4);
		Awaitility.await().until(() -> module.statistics().pool().idle() == 4);
		module.pool().drain();
		Awaitility.await().until(() -> module.statistics().pool().idle() == 4);
		tunable("m/pool.min-idle").set(0);
		module.pool().rebuild();
		assertThat(module.statistics().pool().idle()).isZero();
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void minResidentKeepsThePagesOfTheSandboxesUsedLast() {
		WasmSandbox module = load("memory_test", FOUR.withMinIdle(2).withKeepAlive(Duration.ofMillis(100)));
		Tunable resident = tunable("m/pool.min-resident");
		module.pool().resetBy(ResetStrategy.COPY_BACK);
		resident.set(1);
		useTwo(module);
		Awaitility.await().until(() -> residentIdle(module) == one(module));
		resident.set(0);
		Awaitility.await().until(() -> residentIdle(module) == 0);
		resident.set(2);
		useTwo(module);
		assertThat(residentIdle(module)).isGreaterThan(one(module));
	}

	private static void useTwo(WasmSandbox module) {
		try (SandboxSession a = module.openSession(); SandboxSession b = module.openSession()) {
			a.call("store", void.class, 0, 1);
			b.call("store", void.class, 0, 1);
		}
	}

	/** One module page of 64 KiB, all of it copied back. */
	private static long one(WasmSandbox module) {
		return module.info().report().memory() != null ? 64 * 1024 : 0;
	}

	private static long residentIdle(WasmSandbox module) {
		return module.pool().memory().residentIdle();
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void theResetStrategyIsTheOneThatIsUsedAlsoAfterTheCheapestIsKnown() {
		WasmSandbox module = load("memory_test", FOUR);
		Tunable strategy = tunable("m/reset.strategy");
		List<String> labels = strategy.range().labels();
		assertThat(labels).contains("GIVE_BACK", "COPY_BACK");
		for (String label : labels) {
			strategy.set(labels.indexOf(label));
			long before = resets(module, label);
			module.call("store", void.class, 8, 1);
			assertThat(resets(module, label)).isEqualTo(before + 1);
			assertThat(module.call("load", int.class, 8)).isZero();
		}
		String last = labels.getLast();
		for (int i = 0; i < 120; i++) {
			module.call("store", void.class, 8, 1);
		}
		Awaitility.await().until(() -> !module.pool().resetCosts().isEmpty());
		assertThat(module.pool().resetCosts()).containsOnlyKeys(module.pool().resetStrategies());
		long before = resets(module, last);
		module.call("store", void.class, 8, 1);
		assertThat(resets(module, last)).isEqualTo(before + 1);
	}

	private static long resets(WasmSandbox module, String strategy) {
		return module.statistics().pool().resets().count(ResetStrategy.valueOf(strategy));
	}

	@Test
	void aStrategyThatIsNotPossibleIsRefused() {
		try (WasmSandbox portable = TestModules.builder("state").backend(MemoryBackend.PORTABLE).build()) {
			assertThat(portable.pool().resetStrategies()).containsExactly(ResetStrategy.safe());
			assertThatIllegalArgumentException().isThrownBy(() -> portable.pool().resetBy(ResetStrategy.WRITTEN_PAGES))
				.withMessageContaining("cannot be restored by WRITTEN_PAGES here");
		}
	}

	@Test
	void theArenaGrowsInItsSteps() {
		WasmSandbox module = load("memory_test", FOUR);
		assertThat(arenaBytes(module)).isEqualTo(8 * 65_536);
		tunable("m/allocator.arena-step").set(0);
		assertThat(arenaBytes(module)).isEqualTo(5 * 65_536);
		tunable("m/allocator.arena-step").set(1);
		assertThat(arenaBytes(module)).isEqualTo(5 * 65_536);
		tunable("m/allocator.arena-step").set(4);
		assertThat(arenaBytes(module)).isEqualTo(8 * 65_536);
	}

	/** What is added for five blocks of a page each. */
	private static long arenaBytes(WasmSandbox module) {
		try (SandboxSession session = module.openSession()) {
			for (int i = 0; i < 5; i++) {
				session.allocator().allocate(65_536);
			}
			return session.allocator().statistics().arenaBytes();
		}
	}

	@Test
	void guestsWithAnAllocatorHaveNoArena() {
		load("abi_c", FOUR);
		assertThat(this.sandboxes.tunables()).extracting(Tunable::name).doesNotContain("allocator.arena-step");
	}

	@Test
	void theCacheHoldsAsMuchAsItsWeightSays() {
		ModuleCache cache = new ModuleCache(new ModuleCacheSettings(4, 4L << 20));
		try (WasmSandboxes registry = WasmSandboxes.builder().moduleCache(cache).build()) {
			Tunable weight = tunable(registry, "cache.max-weight");
			assertThat(weight.range().values()).containsExactly(2.0 * (1 << 20), 4.0 * (1 << 20), 8.0 * (1 << 20),
					16.0 * (1 << 20));
			fill(registry, "a");
			assertThat(cache.size()).isEqualTo(4);
			weight.set(2 << 20);
			assertThat(cache.size()).isEqualTo(2);
			assertThat(cache.settings()).isEqualTo(new ModuleCacheSettings(2, 2 << 20));
			weight.set(8 << 20);
			fill(registry, "b");
			assertThat(cache.size()).isEqualTo(6);
		}
		finally {
			cache.close();
		}
	}

	private static void fill(WasmSandboxes registry, String names) {
		for (int i = 0; i < 6; i++) {
			registry.load(ModuleDefinition.named(names + i).source(Versions.source(i)).build());
		}
	}

	@Test
	void theWatchdogLooksAsOftenAsItsTickSays() {
		try (Watchdog watchdog = new Watchdog(); ModuleCache cache = new ModuleCache()) {
			Tunable tick = SharedTunables.of(cache, watchdog).getLast();
			assertThat(tick.value()).isEqualTo(1_000);
			tick.set(4_000);
			assertThat(watchdog.tick()).isEqualTo(Duration.ofMillis(4));
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void whatWasChangedHoldsForLaterVersions() {
		WasmSandbox module = this.sandboxes.load(Versions.definition("m").pool(FOUR).build());
		tunable("m/pool.max-size").set(2);
		tunable("m/pool.min-idle").set(1);
		tunable("m/pool.min-resident").set(2);
		tunable("m/allocator.arena-step").set(4);
		Tunable strategy = tunable("m/reset.strategy");
		strategy.set(strategy.range().labels().indexOf("COPY_BACK"));
		this.sandboxes.reload("m", Versions.source(1));
		assertThat(module.pool().bounds()).isEqualTo(new PoolBounds(2, 1, 2));
		assertThat(tunable("m/allocator.arena-step").value()).isEqualTo(4);
		module.call("bump", int.class);
		assertThat(resets(module, "COPY_BACK")).isPositive();
		Awaitility.await().until(() -> module.statistics().pool().idle() >= 1);
		assertMaxSize(module, 2);
	}

	@Test
	void numbersBelowZeroAreRefused() {
		WasmSandbox module = load("state", FOUR);
		assertThatIllegalArgumentException().isThrownBy(() -> module.pool().keepReady(-1))
			.withMessageContaining("pool.min-idle must be 0 or more");
		assertThatIllegalArgumentException().isThrownBy(() -> module.pool().keepResident(-1))
			.withMessageContaining("pool.min-resident must be 0 or more");
	}

}
