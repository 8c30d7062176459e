package dev.wasmsandbox.autoconfigure;

import java.util.Map;
import java.util.Objects;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.WasmHealthContributor;
import dev.wasmsandbox.actuate.WasmInfoContributor;
import dev.wasmsandbox.actuate.WasmInfoContributor.ModuleVersionInfo;
import dev.wasmsandbox.actuate.WasmInfoContributor.WasmInfo;
import dev.wasmsandbox.compile.CodeTier;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class WasmHealthAndInfoAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class,
				WasmHealthContributorAutoConfiguration.class, WasmInfoContributorAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class))
		.withPropertyValues("wasm.modules.simple.location=classpath:wasm/simple_module.wasm");

	@Test
	void healthIsToldUnderTheNameWasm() {
		this.runner.run((context) -> assertThat(context.getBean(HealthContributorRegistry.class).getContributor("wasm"))
			.isInstanceOf(WasmHealthContributor.class));
	}

	@Test
	void healthIsTurnedOffAsSpringBootDoes() {
		this.runner.withPropertyValues("management.health.wasm.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(WasmHealthContributor.class));
		this.runner.withPropertyValues("management.health.defaults.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(WasmHealthContributor.class));
	}

	@Test
	void infoTellsVersionsAndNothingElse() {
		this.runner.withPropertyValues("wasm.modules.simple.capabilities=secret-power").run((context) -> {
			WasmSandbox sandbox = context.getBean(WasmSandbox.class);
			Info.Builder builder = new Info.Builder();
			context.getBean(WasmInfoContributor.class).contribute(builder);
			WasmInfo info = (WasmInfo) Objects.requireNonNull(builder.build().get("wasm"));
			assertThat(info.engine().name()).isEqualTo("Chicory");
			assertThat(info.engine().version()).matches("\\d+\\.\\d+\\.\\d+.*");
			assertThat(info.modules()).isEqualTo(Map.of("simple", new ModuleVersionInfo(sandbox.info().digest(), 0,
					sandbox.info().loadedAt(), sandbox.info().abi(), CodeTier.AHEAD_OF_TIME)));
			assertThat(info.toString()).doesNotContain("secret-power", "simple_module.wasm");
		});
	}

	@Test
	void infoIsTurnedOffAsSpringBootDoes() {
		this.runner.withPropertyValues("management.info.wasm.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(WasmInfoContributor.class));
		this.runner.withPropertyValues("management.info.defaults.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(WasmInfoContributor.class));
	}

	@Test
	void allElseIsThereWithoutActuator() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class,
					WasmHealthContributorAutoConfiguration.class, WasmInfoContributorAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(HealthContributor.class, InfoContributor.class))
			.run((context) -> assertThat(context).hasSingleBean(WasmSandboxes.class)
				.doesNotHaveBean("wasmHealthContributor")
				.doesNotHaveBean("wasmInfoContributor"));
	}

}
