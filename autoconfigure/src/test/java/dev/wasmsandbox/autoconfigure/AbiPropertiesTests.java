package dev.wasmsandbox.autoconfigure;

import java.util.List;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.abi.AbiFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.screen.ModuleReport;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Conventions by property and as beans. */
class AbiPropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class))
		.withPropertyValues("wasm.modules.text.location=classpath:wasm/text.wasm");

	@Test
	void aModuleIsRecognisedUnlessItsConventionIsNamed() {
		this.runner.run((context) -> {
			WasmSandbox text = context.getBean(WasmSandbox.class);
			assertThat(text.info().abi()).isEqualTo("pointer-length");
			assertThat(text.call("slugify", String.class, "A text")).isEqualTo("a-text");
		});
		this.runner.withPropertyValues("wasm.modules.text.abi=numeric")
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).info().abi()).isEqualTo("numeric"));
		this.runner.withPropertyValues("wasm.modules.text.abi=auto")
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).info().abi()).isEqualTo("pointer-length"));
	}

	@Test
	void theLengthOfResultsIsLimited() {
		this.runner.withPropertyValues("wasm.modules.text.limits.result-size=10B").run((context) -> {
			WasmSandbox text = context.getBean(WasmSandbox.class);
			assertThat(text.call("slugify", String.class, "ten signs.")).isEqualTo("ten-signs");
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> text.call("slugify", String.class, "eleven signs"))
				.satisfies((ex) -> assertThat(ex.value()).isEqualTo(10));
		});
		this.runner.withPropertyValues("wasm.defaults.limits.result-size=-1B")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("wasm.defaults.limits.result-size"));
	}

	@Test
	void aBeanComesBeforeTheBuiltInOnesAndOffersItsHostFunctions() {
		this.runner.withUserConfiguration(Own.class)
			.withPropertyValues("wasm.modules.host.location=classpath:wasm/host_calls.wasm",
					"wasm.modules.host.abi=pointing")
			.run((context) -> {
				assertThat(context.getBean("text", WasmSandbox.class).info().abi()).isEqualTo("pointing");
				WasmSandbox host = context.getBean("host", WasmSandbox.class);
				assertThat(host.call("run_add", int.class, 2, 3)).isEqualTo(23);
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class Own {

		@Bean
		GuestAbi pointing() {
			return new GuestAbi() {

				@Override
				public String name() {
					return "pointing";
				}

				@Override
				public boolean recognises(ModuleReport module) {
					return module.exportedFunction("slugify").isPresent();
				}

				@Override
				public List<HostFunction> hostFunctions(ModuleReport module) {
					return List.of(
							HostFunction.of("env", "add", "(i32, i32) -> i32",
									(context, arguments) -> new long[] { arguments[0] * 10 + arguments[1] }),
							HostFunction.of("env", "log", "(i32, i32) -> ()", (context, arguments) -> null),
							HostFunction.of("env", "scale", "(f64) -> f64", (context, arguments) -> arguments),
							HostFunction.of("env", "now", "() -> i64", (context, arguments) -> new long[1]));
				}

				@Override
				public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
					return (guest, call) -> call.answer(0);
				}

			};
		}

	}

}
