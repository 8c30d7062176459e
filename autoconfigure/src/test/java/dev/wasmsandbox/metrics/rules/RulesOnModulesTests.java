package dev.wasmsandbox.metrics.rules;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.metrics.MetricsSettings;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.observe.WorkRecorder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rules on real modules, pools and metrics. What the library records of calls is recorded
 * here by hand, so that a situation is exact.
 */
class RulesOnModulesTests {

	private static final int PAGE = SandboxLimits.PAGE_BYTES;

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().build();

	private final PerformanceMetrics metrics = new PerformanceMetrics(MetricsSettings.defaults());

	private final PerformanceAdvisor advisor = new PerformanceAdvisor(this.metrics, this.sandboxes,
			StandardRules.all());

	private long seconds;

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private WasmSandbox load(PoolSettings pool, SandboxLimits limits) {
		return this.sandboxes.load(ModuleDefinition.named("m")
			.source(ModuleSource.of(Fixtures.bytes("memory_test")))
			.pool(pool)
			.limits(limits)
			.build());
	}

	private WorkRecorder recorder(WasmSandbox module) {
		return this.metrics.module("m",
				module.info().report().exportedFunctions().stream().map((export) -> export.name()).toList());
	}

	/** Once a second for ten seconds. */
	private void look() {
		for (int i = 0; i < 10; i++) {
			this.metrics.look(++this.seconds * 1_000_000_000, this.sandboxes);
		}
	}

	private List<PerformanceRecommendation> said(String id) {
		List<PerformanceRecommendation> all = this.advisor.recommendations();
		all.forEach(Rules::check);
		return all.stream().filter((one) -> one.id().equals(id)).toList();
	}

	private static void await(BooleanSupplier what) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(what::getAsBoolean);
	}

	private static void call(WorkRecorder recorder, String function, Outcome outcome, int times) {
		for (int i = 0; i < times; i++) {
			recorder.function(function).call(outcome, 50_000);
		}
	}

	@Test
	void aTenantThatHoldsAllSandboxesStarvesAnother() {
		WasmSandbox module = load(new PoolSettings(5, Duration.ofSeconds(20)), SandboxLimits.defaults());
		recorder(module);
		look();
		WasmSandbox noisy = module.forTenant("noisy");
		List<SandboxSession> held = new ArrayList<>();
		CompletableFuture<Integer> waits;
		try {
			for (int i = 0; i < 5; i++) {
				held.add(noisy.openSession());
			}
			waits = module.forTenant("meek").callAsync("size", Integer.class);
			await(() -> module.statistics().pool().pending() == 1);
			for (int i = 0; i < 7; i++) {
				look();
			}
			assertThat(said("tenants-starving")).singleElement().satisfies((one) -> {
				assertThat(one.finding()).contains("5 of 5 sandboxes");
				assertThat(one.evidence()).contains(new Evidence("tenants.waiting.others", 1, "callers"));
			});
		}
		finally {
			held.forEach(SandboxSession::close);
		}
		assertThat(waits.join()).isEqualTo(1);
		assertThat(said("tenants-starving")).isEmpty();
	}

	@Test
	void callersThatReallyWaitMakeAPoolTooSmall() {
		WasmSandbox module = load(new PoolSettings(1, Duration.ofSeconds(20)), SandboxLimits.defaults());
		recorder(module);
		look();
		assertThat(said("pool-too-small")).isEmpty();
		CompletableFuture<Integer> waits;
		try (SandboxSession session = module.openSession()) {
			assertThat(session.call("size", int.class)).isEqualTo(1);
			waits = module.callAsync("size", Integer.class);
			await(() -> module.statistics().pool().pending() == 1);
			for (int i = 0; i < 7; i++) {
				look();
			}
			assertThat(said("pool-too-small")).singleElement().satisfies((one) -> {
				assertThat(one.module()).isEqualTo("m");
				assertThat(one.property()).isEqualTo("wasm.modules.m.pool.max-size");
				assertThat(one.current()).isEqualTo("1");
				assertThat(one.suggested()).isEqualTo("2");
				assertThat(one.evidence()).contains(new Evidence("pool.leased.mean", 1, "sandboxes"));
			});
		}
		assertThat(waits.join()).isEqualTo(1);
		for (int i = 0; i < 7; i++) {
			look();
		}
		assertThat(said("pool-too-small")).isEmpty();
	}

	@Test
	void coldStartsThatAreRecordedAreForIdleSandboxes() {
		WorkRecorder recorder = recorder(load(PoolSettings.defaults(), SandboxLimits.defaults()));
		look();
		call(recorder, "size", Outcome.SUCCESS, 100);
		for (int i = 0; i < 9; i++) {
			recorder.coldStart(200_000, true);
			recorder.coldStart(200_000, false);
		}
		look();
		assertThat(said("cold-starts")).isEmpty();
		recorder.coldStart(200_000, true);
		look();
		assertThat(said("cold-starts")).singleElement().satisfies((one) -> {
			assertThat(one.property()).isEqualTo("wasm.modules.m.pool.min-idle");
			assertThat(one.current()).isEqualTo("0");
			assertThat(one.suggested()).isEqualTo("1");
			assertThat(one.window()).isEqualTo(Duration.ofSeconds(29));
		});
		for (int i = 0; i < 7; i++) {
			look();
		}
		assertThat(said("cold-starts")).isEmpty();
	}

	@Test
	void whatGuestsReallyWriteIsMuch() {
		WasmSandbox module = load(PoolSettings.defaults(), SandboxLimits.defaults());
		recorder(module);
		look();
		// The way to reset is chosen meanwhile; only one of them knows what was written.
		AtomicInteger rounds = new AtomicInteger();
		await(() -> {
			for (int i = 0; i < 50; i++) {
				fill(module, 40);
			}
			// A system may have no faster way than the first one.
			return module.statistics().pool().resets().strategy() != ResetStrategy.GIVE_BACK
					|| rounds.incrementAndGet() > 40;
		});
		Assumptions.assumeTrue(module.statistics().pool().resets().strategy() == ResetStrategy.WRITTEN_PAGES);
		for (int i = 0; i < 60; i++) {
			fill(module, 40);
		}
		look();
		assertThat(said("much-written")).singleElement().satisfies((one) -> {
			assertThat(one.module()).isEqualTo("m");
			assertThat(one.evidence().getFirst().value()).isGreaterThanOrEqualTo(40.0 * PAGE);
		});
		// Another window, in which less is written.
		for (int i = 0; i < 7; i++) {
			look();
		}
		for (int i = 0; i < 60; i++) {
			module.call("store", void.class, 0, 1);
		}
		look();
		assertThat(said("much-written")).isEmpty();
	}

	/** Grows by so many pages, and writes to each. */
	private static void fill(WasmSandbox module, int pages) {
		try (SandboxSession session = module.openSession()) {
			session.call("grow", int.class, pages);
			session.call("fill", void.class, 0, 1, pages * PAGE);
		}
	}

	@Test
	void timeoutsThatAreRecordedOfOneFunctionAreACluster() {
		WorkRecorder recorder = recorder(load(PoolSettings.defaults(), SandboxLimits.defaults()));
		look();
		call(recorder, "touch", Outcome.TIMEOUT, 8);
		call(recorder, "size", Outcome.SUCCESS, 100);
		call(recorder, "load", Outcome.TIMEOUT, 3);
		look();
		assertThat(said("timeouts-clustered")).isEmpty();
		call(recorder, "touch", Outcome.TIMEOUT, 4);
		look();
		assertThat(said("timeouts-clustered")).singleElement().satisfies((one) -> {
			assertThat(one.finding()).isEqualTo("12 of 15 calls that ran out of time are calls of 'touch'");
			assertThat(one.property()).isNull();
		});
		call(recorder, "touch", Outcome.SUCCESS, 13);
		look();
		assertThat(said("timeouts-clustered")).singleElement().satisfies((one) -> {
			assertThat(one.property()).isEqualTo("wasm.modules.m.limits.call-timeout");
			assertThat(one.current()).isEqualTo("1s");
			assertThat(one.suggested()).isEqualTo("2s");
		});
	}

	@Test
	void guestsThatReallyGrowComeNearTheirLimit() {
		WasmSandbox module = load(PoolSettings.defaults(), SandboxLimits.defaults().withMemoryBytes(20 * PAGE));
		WorkRecorder recorder = recorder(module);
		look();
		try (SandboxSession session = module.openSession()) {
			session.call("grow", int.class, 16);
			recorder.released((long) session.call("size", int.class) * PAGE);
			look();
			assertThat(said("memory-limit-near")).isEmpty();
			session.call("grow", int.class, 1);
			recorder.released((long) session.call("size", int.class) * PAGE);
		}
		look();
		assertThat(said("memory-limit-near")).singleElement().satisfies((one) -> {
			assertThat(one.property()).isEqualTo("wasm.modules.m.limits.memory");
			assertThat(one.current()).isEqualTo("1280KB");
			assertThat(one.suggested()).isEqualTo("2560KB");
			assertThat(one.evidence()).contains(new Evidence("memory.peak", 18.0 * PAGE, "bytes"));
		});
		for (int i = 0; i < 7; i++) {
			look();
		}
		assertThat(said("memory-limit-near")).isEmpty();
	}

}
