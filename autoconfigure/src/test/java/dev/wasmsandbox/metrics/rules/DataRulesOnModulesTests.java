package dev.wasmsandbox.metrics.rules;

import java.time.Duration;
import java.util.List;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import dev.wasmsandbox.metrics.MetricsSettings;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.module.ModuleSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Rules about blocks, copies and cold starts on what the library itself records of real
 * modules.
 */
class DataRulesOnModulesTests {

	private static final int LARGE = 4 << 20;

	private final PerformanceMetrics metrics = new PerformanceMetrics(MetricsSettings.defaults());

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().workObserver(this.metrics).build();

	private final PerformanceAdvisor advisor = new PerformanceAdvisor(this.metrics, this.sandboxes,
			StandardRules.all());

	private long seconds;

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private WasmSandbox load(String fixture, PoolSettings pool) {
		WasmSandbox module = this.sandboxes.load(ModuleDefinition.named("m")
			.source(ModuleSource.of(Fixtures.bytes(fixture)))
			.pool(pool)
			.limits(SandboxLimits.defaults().withMemoryBytes(64 << 20).withCallTimeout(Duration.ofSeconds(30)))
			.build());
		look();
		return module;
	}

	/** Once a second for ten seconds. */
	private void look() {
		for (int i = 0; i < 10; i++) {
			this.metrics.look(++this.seconds * 1_000_000_000, this.sandboxes);
		}
	}

	private List<PerformanceRecommendation> said(String id) {
		look();
		List<PerformanceRecommendation> all = this.advisor.recommendations();
		all.forEach(Rules::check);
		return all.stream().filter((one) -> one.id().equals(id)).toList();
	}

	/** Fifty sessions of one call each. */
	private static void allocate(WasmSandbox module, int blocks) {
		for (int i = 0; i < 50; i++) {
			try (SandboxSession session = module.openSession()) {
				for (int block = 0; block < blocks; block++) {
					session.allocateGuestMemory(64);
				}
				assertThat(session.call("live_blocks", int.class)).isEqualTo(blocks);
			}
		}
	}

	@Test
	void aHundredBlocksForEachCallAreChurn() {
		WasmSandbox module = load("abi_c", PoolSettings.defaults());
		allocate(module, 100);
		assertThat(said("allocation-churn")).singleElement().satisfies((one) -> {
			assertThat(one.module()).isEqualTo("m");
			assertThat(one.finding()).contains("allocates 100 blocks in the guest for each call");
			assertThat(one.effect()).contains(" each");
			assertThat(one.evidence()).containsExactly(new Evidence("allocations", 5_000, "blocks"),
					new Evidence("allocation.bytes.mean", 64, "bytes"), new Evidence("calls", 50, "calls"));
		});
	}

	@Test
	void fewerBlocksForEachCallAreNone() {
		WasmSandbox module = load("abi_c", PoolSettings.defaults());
		allocate(module, 99);
		assertThat(said("allocation-churn")).isEmpty();
	}

	@Test
	void callsThatCopyFourMegabytesMayMapThem() {
		WasmSandbox module = load("abi_c", PoolSettings.defaults());
		byte[] large = new byte[LARGE];
		for (int i = 0; i < 10; i++) {
			assertThat(module.callWithLargeData("sum_bytes", int.class, large)).isZero();
		}
		assertThat(said("large-copies")).singleElement().satisfies((one) -> {
			assertThat(one.module()).isEqualTo("m");
			assertThat(one.finding()).isEqualTo("Each call copies 4 MB into the guest");
			assertThat(one.suggested()).contains("ZeroCopyBuffer");
			assertThat(one.evidence()).containsExactly(new Evidence("data.in", 10.0 * LARGE, "bytes"),
					new Evidence("calls", 10, "calls"));
		});
	}

	@Test
	void smallerCopiesNeedNoMapping() {
		WasmSandbox module = load("abi_c", PoolSettings.defaults());
		byte[] smaller = new byte[LARGE - 1];
		for (int i = 0; i < 10; i++) {
			assertThat(module.callWithLargeData("sum_bytes", int.class, smaller)).isZero();
		}
		assertThat(said("large-copies")).isEmpty();
	}

	@Test
	void whatIsMappedAlreadyIsNoCopy() {
		WasmSandbox module = load("abi_c", PoolSettings.defaults());
		try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(LARGE)) {
			Assumptions.assumeTrue(buffer.isMapped());
			for (int i = 0; i < 10; i++) {
				assertThat(module.callWithLargeData("sum_bytes", int.class, buffer)).isZero();
			}
		}
		assertThat(this.metrics.window(this.sandboxes, "m").orElseThrow().work().bytesMapped()).isEqualTo(10L * LARGE);
		assertThat(said("large-copies")).isEmpty();
	}

	/** After a trap a sandbox is discarded, so that the next caller waits for another. */
	private static void trap(WasmSandbox module) {
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> module.call("unreachable", void.class));
	}

	@Test
	void callersThatWaitForEachSandboxNeedIdleOnes() {
		WasmSandbox module = load("traps", new PoolSettings(4, Duration.ofSeconds(10)));
		for (int i = 0; i < 60; i++) {
			trap(module);
		}
		assertThat(said("cold-starts")).singleElement().satisfies((one) -> {
			assertThat(one.property()).isEqualTo("wasm.modules.m.pool.min-idle");
			assertThat(one.finding()).startsWith("100% of the leases");
			assertThat(one.evidence()).contains(new Evidence("cold-starts", 60, "sandboxes"));
		});
	}

	@Test
	void sandboxesThatAreMadeAheadKeepNobodyWaiting() {
		WasmSandbox module = load("traps", new PoolSettings(4, Duration.ofSeconds(10)).withMinIdle(2));
		for (int i = 0; i < 60; i++) {
			module.pool().warmUp();
			trap(module);
		}
		assertThat(this.metrics.window(this.sandboxes, "m").orElseThrow().work()).satisfies((work) -> {
			assertThat(work.coldStarts()).isGreaterThanOrEqualTo(60);
			assertThat(work.coldStartsAwaited()).as("when it was loaded").isEqualTo(1);
		});
		assertThat(said("cold-starts")).isEmpty();
	}

}
