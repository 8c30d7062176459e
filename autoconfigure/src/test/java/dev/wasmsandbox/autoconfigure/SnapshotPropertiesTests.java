package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandbox;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class SnapshotPropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class))
		.withPropertyValues("wasm.modules.state.location=classpath:wasm/state.wasm");

	@Test
	void warmUpCallsAreBoundAndMade() {
		this.runner
			.withPropertyValues("wasm.modules.state.snapshot=after-warm-up",
					"wasm.modules.state.warm-up[0].function=increment", "wasm.modules.state.warm-up[0].times=3",
					"wasm.modules.state.warm-up[1].function=put", "wasm.modules.state.warm-up[1].arguments=5000000000")
			.run((context) -> {
				WasmSandbox state = context.getBean(WasmSandbox.class);
				for (int i = 0; i < 3; i++) {
					assertThat(state.call("increment", int.class)).isEqualTo(4);
					assertThat(state.call("get_global", long.class)).isEqualTo(5_000_000_000L);
				}
			});
	}

	@Test
	void infinityIsPassedWhereItIsWritten() {
		this.runner
			.withPropertyValues("wasm.modules.values.location=classpath:wasm/values.wasm",
					"wasm.modules.values.snapshot=after-warm-up", "wasm.modules.values.warm-up[0].function=f64",
					"wasm.modules.values.warm-up[0].arguments=inf", "wasm.modules.values.warm-up[1].function=f32",
					"wasm.modules.values.warm-up[1].arguments=-Infinity", "wasm.modules.values.warm-up[2].function=f64",
					"wasm.modules.values.warm-up[2].arguments=1e308")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void warmUpAndSnapshotNeedEachOther() {
		this.runner.withPropertyValues("wasm.modules.state.warm-up[0].function=increment")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("wasm.modules.state.snapshot"));
		this.runner.withPropertyValues("wasm.modules.state.snapshot=after-warm-up")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("wasm.modules.state.snapshot"));
	}

	@Test
	void badWarmUpCallsAreNamedByTheirProperty() {
		this.runner
			.withPropertyValues("wasm.modules.state.snapshot=after-warm-up",
					"wasm.modules.state.warm-up[0].function=increment", "wasm.modules.state.warm-up[0].times=0")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("wasm.modules.state.warm-up[0].times"));
		this.runner
			.withPropertyValues("wasm.modules.state.snapshot=after-warm-up",
					"wasm.modules.state.warm-up[0].arguments=1")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("wasm.modules.state.warm-up[0].function"));
	}

}
