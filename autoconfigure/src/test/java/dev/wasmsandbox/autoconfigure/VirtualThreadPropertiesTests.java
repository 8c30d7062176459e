package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.WasmVirtualThreadMetrics;
import dev.wasmsandbox.pool.VirtualTurns;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** How many guests run on virtual threads, as it is configured and measured. */
class VirtualThreadPropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class, WasmMetricsAutoConfiguration.class));

	@Test
	void thereIsOneLessThanCarriersUnlessANumberIsSet() {
		this.runner.run((context) -> assertThat(context.getBean(WasmSandboxes.class).virtualThreadTurns().bound())
			.isEqualTo(VirtualTurns.defaultBound())
			.isPositive());
		this.runner.withPropertyValues("wasm.virtual-threads.permits=7")
			.run((context) -> assertThat(context.getBean(WasmSandboxes.class).virtualThreadTurns().bound())
				.isEqualTo(7));
	}

	@Test
	void aNegativeNumberFailsTheStart() {
		this.runner.withPropertyValues("wasm.virtual-threads.permits=-1")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("wasm.virtual-threads.permits")
				.hasStackTraceContaining("at least 0"));
	}

	@Test
	void thereAreGaugesOfThoseThatRunAndWait() {
		this.runner.withBean(SimpleMeterRegistry.class).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			context.getBean(WasmVirtualThreadMetrics.class).bindTo(registry);
			for (String state : new String[] { "running", "waiting" }) {
				assertThat(registry.get("wasm.virtual-threads.calls").tag("state", state).gauge().value()).isZero();
			}
		});
	}

}
