package dev.wasmsandbox.metrics;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.module.ModuleSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WasmPoolMetricsTests {

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().build();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final WasmPoolMetrics metrics = new WasmPoolMetrics(this.sandboxes);

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private WasmSandbox load(String name) {
		return this.sandboxes
			.load(ModuleDefinition.named(name).source(ModuleSource.of(Fixtures.bytes("state"))).build());
	}

	private double instances(String module, String state) {
		return this.registry.get("wasm.pool.instances").tags("module", module, "state", state).gauge().value();
	}

	@Test
	void measuresModulesLoadedBeforeAndAfterBinding() {
		load("before");
		this.metrics.bindTo(this.registry);
		WasmSandbox after = load("after");
		assertThat(instances("before", "leased")).isZero();
		try (SandboxSession session = after.openSession()) {
			assertThat(session).isNotNull();
			assertThat(instances("after", "leased")).isEqualTo(1);
		}
		assertThat(instances("after", "leased")).isZero();
		assertThat(instances("after", "idle")).isEqualTo(after.statistics().pool().idle()).isPositive();
		assertThat(this.registry.get("wasm.pool.pending").tag("module", "after").gauge().value()).isZero();
		assertThat(this.registry.getMeters()).hasSize(18);
	}

	@Test
	void metersGoWithTheirModule() {
		this.metrics.bindTo(this.registry);
		load("stays");
		load("goes");
		this.sandboxes.unload("goes");
		assertThat(this.registry.getMeters()).hasSize(9)
			.allMatch((meter) -> "stays".equals(meter.getId().getTag("module")));
		this.sandboxes.close();
		assertThat(this.registry.getMeters()).isEmpty();
	}

	@Test
	void countsResetsByTheirStrategy() {
		this.metrics.bindTo(this.registry);
		WasmSandbox state = load("counted");
		for (int i = 0; i < 5; i++) {
			state.call("put", void.class, 1L);
		}
		double counted = 0;
		for (ResetStrategy strategy : ResetStrategy.values()) {
			counted += this.registry.get("wasm.pool.resets")
				.tags("module", "counted", "strategy", strategy.name())
				.functionCounter()
				.count();
		}
		// One more: the instance that was made to see that the module starts.
		assertThat(counted).isEqualTo(6);
	}

	private double resident(String module, String state) {
		return this.registry.get("wasm.memory.resident").tags("module", module, "state", state).gauge().value();
	}

	@Test
	void measuresWhatSandboxesTakeInMemory() {
		this.metrics.bindTo(this.registry);
		WasmSandbox state = load("measured");
		assertThat(resident("measured", "image")).isPositive();
		assertThat(resident("measured", "leased")).isZero();
		try (SandboxSession session = state.openSession()) {
			session.call("put", void.class, 1L);
			assertThat(resident("measured", "leased")).isPositive();
		}
		assertThat(resident("measured", "leased")).isZero();
		assertThat(resident("measured", "idle")).isNotNegative().isLessThanOrEqualTo(65_536);
		assertThat(this.registry.get("wasm.memory.resident").tag("state", "idle").gauge().getId().getBaseUnit())
			.isEqualTo("bytes");
	}

	@Test
	void aModuleThatIsLoadedAgainIsTheOneThatIsMeasured() {
		this.metrics.bindTo(this.registry);
		load("again").close();
		WasmSandbox again = load("again");
		try (SandboxSession session = again.openSession()) {
			assertThat(session).isNotNull();
			assertThat(instances("again", "leased")).isEqualTo(1);
		}
	}

}
