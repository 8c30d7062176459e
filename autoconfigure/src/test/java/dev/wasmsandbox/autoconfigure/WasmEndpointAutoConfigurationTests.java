package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.WasmEndpoint;
import dev.wasmsandbox.actuate.WasmEndpointWebExtension;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class WasmEndpointAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class, WasmEndpointAutoConfiguration.class));

	@Test
	void isThereWhereItIsExposed() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=wasm")
			.run((context) -> assertThat(context).hasSingleBean(WasmEndpoint.class)
				.hasSingleBean(WasmEndpointWebExtension.class));
	}

	@Test
	void isNotThereWhereItIsNotExposed() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(WasmEndpoint.class)
			.doesNotHaveBean(WasmEndpointWebExtension.class));
	}

	@Test
	void isNotThereWhereAccessIsDenied() {
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=wasm",
					"management.endpoint.wasm.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(WasmEndpoint.class));
	}

	@Test
	void isNotThereWithoutActuator() {
		this.runner.withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class))
			.withPropertyValues("management.endpoints.web.exposure.include=wasm")
			.run((context) -> assertThat(context).hasSingleBean(WasmSandboxes.class)
				.doesNotHaveBean(WasmEndpoint.class));
	}

}
