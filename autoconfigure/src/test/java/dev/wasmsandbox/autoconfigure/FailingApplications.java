package dev.wasmsandbox.autoconfigure;

import java.util.List;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.spring.WasmModule;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** What the {@link FailureAnalysisTests} start. */
final class FailingApplications {

	private FailingApplications() {
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(WasmAutoConfiguration.class)
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(WasmAutoConfiguration.class)
	static class OwnImage {

		@Bean
		StringBuilder image() {
			return new StringBuilder();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ WasmAutoConfiguration.class, LaterAutoConfiguration.class })
	static class WithLater {

	}

	@AutoConfiguration(after = WasmAutoConfiguration.class)
	static class LaterAutoConfiguration {

		@Bean
		StringBuilder image() {
			return new StringBuilder();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(WasmAutoConfiguration.class)
	static class LooksUp {

		/** Asks for the modules too, so that they are loaded before it looks. */
		@Bean
		String name(WasmSandboxes sandboxes, List<WasmSandbox> loaded) {
			assertThat(loaded).isNotEmpty();
			return sandboxes.get("imgae").name();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(WasmAutoConfiguration.class)
	static class InjectsByAnnotation {

		@Bean
		String name(@WasmModule("imgae") WasmSandbox sandbox) {
			return sandbox.name();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(WasmAutoConfiguration.class)
	static class InjectsByQualifier {

		@Bean
		String name(@Qualifier("imgae") WasmSandbox sandbox) {
			return sandbox.name();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(WasmAutoConfiguration.class)
	static class InjectsTheOnlyOne {

		@Bean
		String name(WasmSandbox sandbox) {
			return sandbox.name();
		}

	}

}
