package dev.wasmsandbox.metrics;

import java.time.Duration;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.module.ModuleSource;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Blocks allocated in guests and bytes copied, read back from the metrics. */
class DataMetricsTests {

	private static final long SECOND = 1_000_000_000;

	private final PerformanceMetrics metrics = new PerformanceMetrics(MetricsSettings.defaults());

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().workObserver(this.metrics).build();

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private WasmSandbox load() {
		return this.sandboxes.load(ModuleDefinition.named("abi_c")
			.source(ModuleSource.of(Fixtures.bytes("abi_c")))
			.pool(new PoolSettings(1, Duration.ofSeconds(30)))
			.build());
	}

	private void look(int fromSecond, int toSecond) {
		for (int second = fromSecond; second <= toSecond; second++) {
			this.metrics.look(second * SECOND, this.sandboxes);
		}
	}

	private static TargetResult allocation(PerformanceSummary summary) {
		return summary.targets()
			.stream()
			.filter((target) -> target.property().equals("wasm.targets.allocation"))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void theSummaryHasRatesAndTimesOfTheWindow() {
		WasmSandbox sandbox = load();
		look(0, 0);
		assertThat(allocation(this.metrics.summary(this.sandboxes)).met()).as("nobody knows").isNull();
		for (int i = 0; i < 20; i++) {
			assertThat(sandbox.call("echo_bytes", byte[].class, new byte[300])).hasSize(300);
		}
		try (SandboxSession session = sandbox.openSession()) {
			for (int i = 0; i < 1_000; i++) {
				session.deallocateGuestMemory(session.allocateGuestMemory(50));
			}
		}
		look(1, 10);
		PerformanceSummary summary = this.metrics.summary(this.sandboxes);
		assertThat(summary.bytesInPerSecond()).isCloseTo(20 * 300 / 10.0, within(1e-9));
		assertThat(summary.bytesOutPerSecond()).isCloseTo(20 * 300 / 10.0, within(1e-9));
		assertThat(summary.bytesMappedPerSecond()).isZero();
		assertThat(summary.allocationsPerSecond()).isBetween(102.0, 104.0);
		assertThat(summary.allocations().samples()).isEqualTo(9);
		assertThat(summary.allocations().p50()).isPositive().isLessThanOrEqualTo(summary.allocations().max());
		TargetResult target = allocation(summary);
		assertThat(target.samples()).isEqualTo(9);
		assertThat(target.actual()).isPositive();
		assertThat(target.met()).isEqualTo(target.actual() <= 10_000);
		assertThat(this.metrics.summary(this.sandboxes, "abi_c").orElseThrow().allocations().samples()).isEqualTo(9);
		look(11, 100);
		PerformanceSummary later = this.metrics.summary(this.sandboxes);
		assertThat(later.allocationsPerSecond() + later.bytesInPerSecond() + later.bytesOutPerSecond()).isZero();
		assertThat(later.allocations().samples()).isZero();
		assertThat(allocation(later).met()).isNull();
	}

	@Test
	void resetForgetsTimesAndRates() {
		WasmSandbox sandbox = load();
		look(0, 0);
		assertThat(sandbox.call("sum_bytes", int.class, new byte[300])).isZero();
		assertThat(this.metrics.summary(this.sandboxes).allocations().samples()).isEqualTo(1);
		look(1, 1);
		this.metrics.reset("abi_c");
		look(2, 2);
		assertThat(this.metrics.summary(this.sandboxes).allocations().samples()).isZero();
		assertThat(this.metrics.summary(this.sandboxes).bytesInPerSecond()).isZero();
		assertThat(this.metrics.work("abi_c").bytesIn()).isEqualTo(300);
	}

	@Test
	void metersComeAndGoWithTheModule() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new WasmDataMetrics(this.metrics, this.sandboxes).bindTo(registry);
		assertThat(registry.getMeters()).isEmpty();
		WasmSandbox sandbox = load();
		assertThat(counter(registry, "wasm.memory.allocations")).isZero();
		assertThat(sandbox.call("echo_bytes", byte[].class, new byte[300])).hasSize(300);
		WorkCounts work = this.metrics.work("abi_c");
		assertThat(work.blocks()).isPositive();
		assertThat(counter(registry, "wasm.memory.allocations")).isEqualTo((double) work.blocks());
		assertThat(counter(registry, "wasm.data.transferred", "direction", "in")).isEqualTo(300);
		assertThat(counter(registry, "wasm.data.transferred", "direction", "out")).isEqualTo(300);
		assertThat(counter(registry, "wasm.data.mapped")).isZero();
		FunctionTimer timer = registry.get("wasm.memory.allocation").tag("module", "abi_c").functionTimer();
		assertThat(timer.count()).isEqualTo(1);
		assertThat(timer.totalTime(timer.baseTimeUnit())).isPositive();
		assertThat(registry.get("wasm.data.transferred").functionCounters())
			.allSatisfy((meter) -> assertThat(meter.getId().getBaseUnit()).isEqualTo("bytes"));
		this.sandboxes.reload("abi_c");
		assertThat(counter(registry, "wasm.data.transferred", "direction", "in")).isEqualTo(300);
		sandbox.close();
		assertThat(registry.getMeters()).isEmpty();
	}

	private static double counter(SimpleMeterRegistry registry, String name, String... tags) {
		return registry.get(name).tag("module", "abi_c").tags(tags).functionCounter().count();
	}

}
