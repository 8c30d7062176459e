package dev.wasmsandbox.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.WasmHostFunction;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.metrics.WasmSecurityMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class CapabilityPropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAuditAutoConfiguration.class, WasmAutoConfiguration.class,
				WasmMetricsAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("wasm.modules.shop.location=classpath:wasm/host_calls.wasm");

	@Configuration(proxyBeanMethods = false)
	static class Application {

		static final List<AuditEvent> EVENTS = new ArrayList<>();

		@Bean
		Functions functions() {
			return new Functions();
		}

		@Bean
		SimpleMeterRegistry registry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		ApplicationListener<AuditApplicationEvent> listener() {
			return new Listener();
		}

	}

	static class Listener implements ApplicationListener<AuditApplicationEvent> {

		@Override
		public void onApplicationEvent(AuditApplicationEvent event) {
			Application.EVENTS.add(event.getAuditEvent());
		}

	}

	static class Functions {

		private final List<String> lines = new ArrayList<>();

		@WasmHostFunction(capability = "log")
		void log(String line) {
			this.lines.add(line);
		}

		@WasmHostFunction
		int add(int a, int b) {
			return a + b;
		}

		@WasmHostFunction
		double scale(double value) {
			return value;
		}

		@WasmHostFunction
		long now() {
			return 7;
		}

	}

	@Test
	void methodsOfBeansAreBoundWhereTheCapabilityIsGranted() {
		this.runner.withPropertyValues("wasm.modules.shop.capabilities=log").run((context) -> {
			WasmSandbox shop = context.getBean(WasmSandbox.class);
			shop.call("run_log", void.class);
			assertThat(context.getBean(Functions.class).lines).containsExactly("hello from the guest");
			assertThat(shop.call("run_add", int.class, 1, 2)).isEqualTo(3);
			SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
			context.getBean(WasmSecurityMetrics.class).bindTo(registry);
			assertThat(registry.get("wasm.security.violations").functionCounter().count()).isZero();
		});
	}

	@Test
	void aRefusalFailsTheStartAndIsAudited() {
		Application.EVENTS.clear();
		this.runner.run((context) -> {
			assertThat(context).getFailure()
				.hasStackTraceContaining("requires the capability 'log', but is granted none")
				.hasStackTraceContaining("wasm.modules.shop.capabilities");
			assertThat(Application.EVENTS).singleElement().satisfies((event) -> {
				assertThat(event.getPrincipal()).isEqualTo("shop");
				assertThat(event.getType()).isEqualTo("WASM_CAPABILITY_REFUSED");
				assertThat(event.getData()).containsEntry("function", "env.log").containsEntry("required", "log");
			});
		});
	}

	@Test
	void withoutActuatorNothingIsPublished() {
		this.runner.withClassLoader(new FilteredClassLoader(AuditEvent.class))
			.withPropertyValues("wasm.modules.shop.capabilities=log")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("wasmAuditListener"));
	}

}
