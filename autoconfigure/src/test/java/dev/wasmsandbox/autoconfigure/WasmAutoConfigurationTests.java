package dev.wasmsandbox.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.spring.WasmModule;
import dev.wasmsandbox.spring.WasmModuleCustomizer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class WasmAutoConfigurationTests {

	private static final String SIMPLE = "wasm.modules.simple.location=classpath:wasm/simple_module.wasm";

	private static final String VALUES = "wasm.modules.values.location=classpath:wasm/values.wasm";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class));

	@Test
	void withoutModulesThereIsTheRegistryAndTheCache() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(WasmSandboxes.class).hasSingleBean(ModuleCache.class);
			assertThat(context).doesNotHaveBean(WasmSandbox.class);
		});
	}

	@Test
	void aModuleIsABeanOfItsNameAndLoadedAtStart() {
		this.runner.withPropertyValues(SIMPLE).run((context) -> {
			assertThat(context.getBean(WasmSandboxes.class).names()).containsExactly("simple");
			WasmSandbox sandbox = context.getBean("simple", WasmSandbox.class);
			assertThat(sandbox).isSameAs(context.getBean(WasmSandboxes.class).get("simple"));
			assertThat(sandbox.call("add", int.class, 2, 3)).isEqualTo(5);
			assertThat(sandbox.info().source()).isEqualTo("classpath:wasm/simple_module.wasm");
		});
	}

	@Test
	void theOnlyModuleIsInjectedUnqualified() {
		this.runner.withPropertyValues(SIMPLE)
			.withUserConfiguration(Unqualified.class)
			.run((context) -> assertThat(context.getBean(Consumer.class).names()).containsExactly("simple"));
	}

	@Test
	void severalModulesAreToldApartByEitherQualifier() {
		this.runner.withPropertyValues(SIMPLE, VALUES)
			.withUserConfiguration(Qualified.class)
			.run((context) -> assertThat(context.getBean(Consumer.class).names()).containsExactly("values", "simple"));
	}

	@Test
	void allModulesAreInjectedAsMapByName() {
		this.runner.withPropertyValues(SIMPLE, VALUES)
			.withUserConfiguration(Mapped.class)
			.run((context) -> assertThat(context.getBean(Consumer.class).names()).containsExactlyInAnyOrder("simple",
					"values"));
	}

	@Test
	void namesKeepTheirCapitalsAndUnderscores() {
		this.runner.withPropertyValues("wasm.modules.my_Rules.location=classpath:wasm/values.wasm")
			.run((context) -> assertThat(context).hasBean("my_Rules"));
	}

	@Test
	void namesWithDotsAreWrittenInBrackets() {
		this.runner
			.withPropertyValues("wasm.modules[Acme.rules_2].location=classpath:wasm/values.wasm",
					"wasm.modules[Acme.rules_2].pool.max-size=3")
			.run((context) -> assertThat(
					context.getBean("Acme.rules_2", WasmSandbox.class).statistics().pool().maxSize())
				.isEqualTo(3));
	}

	@Test
	void aModuleIsConfiguredByEnvironmentVariables() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
						Map.of("WASM_MODULES_SIMPLE_LOCATION", "classpath:wasm/simple_module.wasm",
								"WASM_MODULES_SIMPLE_LIMITS_CALLTIMEOUT", "7s"))))
			.run((context) -> assertThat(
					context.getBean("simple", WasmSandbox.class).info().limits().callTimeout().toSeconds())
				.isEqualTo(7));
	}

	@Test
	void customizersApplyToEachModuleInOrder() {
		this.runner.withPropertyValues(SIMPLE, VALUES, "wasm.modules.values.pool.max-size=5")
			.withUserConfiguration(Customizers.class)
			.run((context) -> {
				WasmSandboxes sandboxes = context.getBean(WasmSandboxes.class);
				assertThat(sandboxes.get("simple").info().pool().maxSize()).isEqualTo((64 + 1) * 10);
				assertThat(sandboxes.get("values").info().pool().maxSize()).isEqualTo((5 + 1) * 10);
			});
	}

	@Test
	void hostFunctionBeansSupplyImportsAndTheFirstInOrderWins() {
		this.runner.withPropertyValues("wasm.modules.host.location=classpath:wasm/host_calls.wasm")
			.withUserConfiguration(HostFunctions.class)
			.run((context) -> {
				WasmSandbox sandbox = context.getBean("host", WasmSandbox.class);
				assertThat(sandbox.call("run_add", int.class, 2, 3)).isEqualTo(5);
			});
	}

	@Test
	void beansOfTheApplicationTakePrecedence() {
		this.runner.withPropertyValues(SIMPLE).withUserConfiguration(OwnBeans.class).run((context) -> {
			assertThat(context).hasSingleBean(ModuleCache.class).hasBean("ownCache");
			assertThat(context).hasSingleBean(WasmSandboxes.class).hasBean("ownSandboxes");
			assertThat(context.getBean("ownSandboxes", WasmSandboxes.class).names()).containsExactly("simple");
		});
	}

	@Test
	void everythingIsClosedWithTheContext() {
		List<AutoCloseable> beans = new ArrayList<>();
		this.runner.withPropertyValues(SIMPLE).run((context) -> {
			beans.add(context.getBean("simple", WasmSandbox.class));
			beans.add(context.getBean(WasmSandboxes.class));
		});
		WasmSandbox sandbox = (WasmSandbox) beans.get(0);
		WasmSandboxes sandboxes = (WasmSandboxes) beans.get(1);
		assertThat(sandboxes.names()).isEmpty();
		assertThatIllegalStateException().isThrownBy(() -> sandbox.call("add", int.class, 2, 3));
	}

	record Consumer(List<String> names) {

	}

	@Configuration(proxyBeanMethods = false)
	static class Unqualified {

		@Bean
		Consumer consumer(WasmSandbox sandbox) {
			return new Consumer(List.of(sandbox.name()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Qualified {

		@Bean
		Consumer consumer(@WasmModule("values") WasmSandbox first, @Qualifier("simple") WasmSandbox second) {
			return new Consumer(List.of(first.name(), second.name()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Mapped {

		@Bean
		Consumer consumer(Map<String, WasmSandbox> sandboxes) {
			assertThat(sandboxes).allSatisfy((name, sandbox) -> assertThat(sandbox.name()).isEqualTo(name));
			return new Consumer(List.copyOf(sandboxes.keySet()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		@Order(2)
		WasmModuleCustomizer timesTen() {
			return (builder) -> builder.pool(new PoolSettings(builder.pool().maxSize() * 10, builder.pool().maxWait()));
		}

		@Bean
		@Order(1)
		WasmModuleCustomizer plusOne() {
			return (builder) -> builder.pool(new PoolSettings(builder.pool().maxSize() + 1, builder.pool().maxWait()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HostFunctions {

		@Bean
		@Order(2)
		HostFunction wrong() {
			return HostFunction.of("env", "add", "(i32, i32) -> i32", (guest, arguments) -> new long[] { -1 });
		}

		@Bean
		@Order(1)
		HostFunction add() {
			return HostFunction.of("env", "add", "(i32, i32) -> i32",
					(guest, arguments) -> new long[] { (int) arguments[0] + (int) arguments[1] });
		}

		@Bean
		HostFunction log() {
			return HostFunction.of("env", "log", "(i32, i32) -> ()", (guest, arguments) -> null);
		}

		@Bean
		HostFunction scale() {
			return HostFunction.of("env", "scale", "(f64) -> f64", (guest, arguments) -> arguments);
		}

		@Bean
		HostFunction now() {
			return HostFunction.of("env", "now", "() -> i64", (guest, arguments) -> new long[] { 1 });
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBeans {

		@Bean
		ModuleCache ownCache() {
			return new ModuleCache();
		}

		@Bean
		WasmSandboxes ownSandboxes(ModuleCache cache) {
			return WasmSandboxes.builder().moduleCache(cache).build();
		}

	}

}
