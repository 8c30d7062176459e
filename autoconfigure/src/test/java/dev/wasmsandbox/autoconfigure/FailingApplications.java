package dev.wasmsandbox.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.spring.WasmModule;
import org.assertj.core.api.AbstractStringAssert;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/** What the {@link FailureAnalysisTests} start. */
final class FailingApplications {

	private FailingApplications() {
	}

	/**
	 * Starts an application that must fail; returns what it reports, white space joined.
	 */
	static AbstractStringAssert<?> failure(CapturedOutput output, Class<?> application, String... properties) {
		SpringApplication spring = new SpringApplication(application);
		spring.setWebApplicationType(WebApplicationType.NONE);
		spring.setBannerMode(Banner.Mode.OFF);
		List<String> arguments = new ArrayList<>();
		for (String property : properties) {
			arguments.add("--" + property);
		}
		assertThatException().isThrownBy(() -> spring.run(arguments.toArray(String[]::new)).close());
		assertThat(output).contains("APPLICATION FAILED TO START");
		String all = output.toString();
		String report = all.substring(all.lastIndexOf("APPLICATION FAILED TO START"));
		return assertThat(report.replaceAll("\\s+", " "));
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
