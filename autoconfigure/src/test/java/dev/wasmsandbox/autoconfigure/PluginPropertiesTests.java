package dev.wasmsandbox.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.abi.ExtismHttp;
import dev.wasmsandbox.abi.WapcHost;
import dev.wasmsandbox.error.SecurityViolationException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Plug-ins by properties, and the beans that answer them. */
class PluginPropertiesTests {

	private static final String MODULE = "wasm.modules.plugin.";

	private static final String REQUEST = "{\"url\":\"https://example.org\"}";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class));

	private ApplicationContextRunner extism() {
		return this.runner.withPropertyValues(MODULE + "location=classpath:wasm/extism_c.wasm");
	}

	private ApplicationContextRunner wapc() {
		return this.runner.withPropertyValues(MODULE + "location=classpath:wasm/wapc_c.wasm");
	}

	@Test
	void theConfigurationOfAPluginIsSetByProperties() {
		extism().withPropertyValues(MODULE + "extism.config.key=value", MODULE + "extism.config[Other.Key]=other")
			.run((context) -> {
				WasmSandbox plugin = context.getBean(WasmSandbox.class);
				assertThat(plugin.call("config", String.class, "key")).isEqualTo("value");
				assertThat(plugin.call("config", String.class, "Other.Key")).isEqualTo("other");
			});
	}

	@Test
	void aConfigurationWithoutEffectFailsTheStart() {
		wapc().withPropertyValues(MODULE + "extism.config.key=value")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("follows the convention 'wapc'")
				.hasStackTraceContaining("wasm.modules.plugin.extism"));
	}

	@Test
	void requestsAreSentByTheBeanForModulesThatAreGrantedThem() {
		ApplicationContextRunner offered = extism().withBean(ExtismHttp.class,
				() -> (_, request) -> new ExtismHttp.Response(200, Map.of(),
						request.uri().getHost().getBytes(StandardCharsets.UTF_8)));
		offered.run((context) -> assertThatExceptionOfType(SecurityViolationException.class)
			.isThrownBy(() -> context.getBean(WasmSandbox.class).call("http", String.class, REQUEST)));
		offered.withPropertyValues(MODULE + "capabilities=extism.http")
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).call("http", String.class, REQUEST))
				.isEqualTo("example.org"));
	}

	@Test
	void callsOfGuestsAreAnsweredByTheBeanForModulesThatAreGrantedThem() {
		ApplicationContextRunner offered = wapc().withBean(WapcHost.class,
				() -> (_, _, _, operation, _) -> operation.getBytes(StandardCharsets.UTF_8));
		offered.run((context) -> assertThatExceptionOfType(SecurityViolationException.class)
			.isThrownBy(() -> context.getBean(WasmSandbox.class).call("call_host", String.class, "x")));
		offered.withPropertyValues(MODULE + "capabilities=wapc.host")
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).call("call_host", String.class, "x"))
				.isEqualTo("op"));
	}

}
