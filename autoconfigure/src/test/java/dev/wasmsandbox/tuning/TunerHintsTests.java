package dev.wasmsandbox.tuning;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.metrics.MetricsSettings;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.metrics.rules.StandardRules;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.tuning.WindowSample.Hint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assumptions.assumeThat;

/** What the tuner is told before it has tried anything, of a real module. */
class TunerHintsTests {

	private static final String FUNCTION = "kernel_hash_table";

	private final PerformanceMetrics metrics = new PerformanceMetrics(MetricsSettings.defaults());

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().workObserver(this.metrics).build();

	private final TunerHints hints = new TunerHints(
			new PerformanceAdvisor(this.metrics, this.sandboxes, StandardRules.all()), this.sandboxes, 0.25);

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private List<Hint> hints(String parameter) {
		this.metrics.look(System.nanoTime(), this.sandboxes);
		Map<String, Tunable> tunables = new HashMap<>();
		this.sandboxes.tunables().forEach((tunable) -> tunables.put(tunable.id(), tunable));
		return this.hints.of(tunables).stream().filter((hint) -> hint.parameter().equals(parameter)).toList();
	}

	private static void call(WasmSandbox sandbox, int times) {
		for (int i = 0; i < times; i++) {
			sandbox.call(FUNCTION, long.class, 1);
		}
	}

	/** Restoring takes most of the time of such short calls. */
	@Test
	void theCheapestResetStrategyIsKnownToGain() {
		WasmSandbox sandbox = this.sandboxes
			.load(ModuleDefinition.named("m").source(ModuleSource.of(Fixtures.bytes("kernels"))).build());
		List<ResetStrategy> possible = sandbox.pool().resetStrategies();
		assumeThat(possible).hasSizeGreaterThan(1);
		call(sandbox, 150);
		Awaitility.await().until(() -> !sandbox.pool().resetCosts().isEmpty());
		Map<ResetStrategy, Long> costs = sandbox.pool().resetCosts();
		ResetStrategy worst = Collections.max(costs.entrySet(), Map.Entry.comparingByValue()).getKey();
		ResetStrategy best = Collections.min(costs.entrySet(), Map.Entry.comparingByValue()).getKey();
		sandbox.pool().resetBy(worst);
		call(sandbox, 200);
		assertThat(hints("m/reset.strategy")).hasSize(possible.size() - 1)
			.allMatch((hint) -> hint.why().contains(costs.get(worst) + " ns as it is"))
			.filteredOn((hint) -> hint.value() == possible.indexOf(best))
			.singleElement()
			.satisfies((hint) -> {
				assertThat(hint.gain()).isPositive();
				assertThat(hint.why()).contains(costs.get(best) + " ns by " + best);
			});
		sandbox.pool().resetBy(best);
		call(sandbox, 200);
		assertThat(hints("m/reset.strategy")).noneMatch((hint) -> hint.promises(0));
	}

	@Test
	void whatTakesNoTimeCanGainNothing() {
		WasmSandbox sandbox = load(PoolSettings.defaults());
		// Until all of it is compiled.
		call(sandbox, 20_000);
		forget();
		call(sandbox, 5_000);
		assertThat(hints("m/pool.max-size")).isNotEmpty()
			.allMatch((hint) -> hint.value() > sandbox.pool().bounds().maxSize())
			.noneMatch((hint) -> hint.promises(0));
		assertThat(hints("m/pool.min-idle")).isNotEmpty()
			.noneMatch((hint) -> hint.promises(0))
			.allMatch((hint) -> hint.why().contains("of the time of all calls"));
		if (sandbox.pool().resetStrategies().size() > 1) {
			call(sandbox, 10);
			assertThat(hints("m/pool.min-resident")).isNotEmpty().noneMatch((hint) -> hint.promises(0));
		}
	}

	@Test
	void makingSandboxesThatCallersWaitForIsNoLongerNothing() {
		WasmSandbox sandbox = load(PoolSettings.defaults());
		call(sandbox, 1);
		assertThat(hints("m/pool.min-idle")).isEmpty();
	}

	/**
	 * They begin together and each takes longer than starting a thread, or one could be
	 * done before another begins, and none would wait.
	 */
	@Test
	void callersThatWaitGainByMoreSandboxes() throws InterruptedException {
		WasmSandbox sandbox = load(new PoolSettings(1, Duration.ofSeconds(30)));
		call(sandbox, 20);
		forget();
		CyclicBarrier together = new CyclicBarrier(4);
		List<Thread> callers = Stream.generate(() -> Thread.ofPlatform().unstarted(() -> {
			assertThatNoException().isThrownBy(together::await);
			for (int i = 0; i < 200; i++) {
				sandbox.call(FUNCTION, long.class, 1_000);
			}
		})).limit(4).toList();
		callers.forEach(Thread::start);
		for (Thread caller : callers) {
			caller.join();
		}
		assertThat(hints("m/pool.max-size")).hasSize(2).allSatisfy((hint) -> {
			assertThat(hint.value()).isBetween(2.0, 4.0);
			assertThat(hint.promises(0.05)).isTrue();
			assertThat(hint.why()).startsWith("Callers wait for a sandbox of this module in ");
		});
	}

	@Test
	void lookingAtFewSandboxesTakesNoTime() {
		load(PoolSettings.defaults());
		assertThat(hints("watchdog.tick")).isNotEmpty()
			.filteredOn((hint) -> hint.value() < 1_000)
			.noneMatch((hint) -> hint.promises(0));
		assertThat(hints("cache.max-weight")).isNotEmpty().noneMatch((hint) -> hint.promises(0));
	}

	@Test
	void modulesThatNobodyCallsAreNotSpokenOf() {
		load(PoolSettings.defaults());
		assertThat(hints("m/pool.max-size")).isEmpty();
		assertThat(hints("m/pool.min-idle")).isEmpty();
	}

	/** Making the first sandbox is no part of what follows. */
	private void forget() {
		this.metrics.look(System.nanoTime(), this.sandboxes);
		this.metrics.reset("m");
	}

	private WasmSandbox load(PoolSettings pool) {
		return this.sandboxes
			.load(ModuleDefinition.named("m").source(ModuleSource.of(Fixtures.bytes("kernels"))).pool(pool).build());
	}

}
