package dev.wasmsandbox.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.module.ModuleSource;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Every listener is told of every refusal, also of those while the application starts.
 */
class AuditEventsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAuditAutoConfiguration.class, WasmAutoConfiguration.class));

	private static void refuse(WasmSandboxes sandboxes, int times) {
		ModuleDefinition definition = ModuleDefinition.named("shop")
			.source(ModuleSource.of(Fixtures.bytes("host_calls")))
			.hostFunction(
					HostFunction.of("env", "log", "(i32, i32) -> ()", (context, arguments) -> null).requiring("log"))
			.build();
		for (int i = 0; i < times; i++) {
			assertThatExceptionOfType(SecurityViolationException.class).isThrownBy(() -> sandboxes.load(definition));
		}
	}

	@Test
	void methodsAreToldOfRefusalsBeforeTheyWereFoundAndNobodyIsToldTwice() {
		this.runner.withUserConfiguration(Application.class).withPropertyValues("early=2").run((context) -> {
			Application application = context.getBean(Application.class);
			assertThat(application.byMethod).hasSize(2).isEqualTo(Listener.EVENTS);
			refuse(context.getBean(WasmSandboxes.class), 1);
			assertThat(application.byMethod).hasSize(3).isEqualTo(Listener.EVENTS);
		});
	}

	@Test
	void noMoreIsKeptThanTheBound() {
		this.runner.withUserConfiguration(Application.class)
			.withPropertyValues("early=" + (AuditingListener.MOST_KEPT + 3))
			.run((context) -> {
				assertThat(context.getBean(Application.class).byMethod).hasSize(AuditingListener.MOST_KEPT);
				assertThat(Listener.EVENTS).hasSize(AuditingListener.MOST_KEPT + 3);
			});
	}

	static class Listener implements ApplicationListener<AuditApplicationEvent> {

		static final List<AuditApplicationEvent> EVENTS = new ArrayList<>();

		@Override
		public void onApplicationEvent(AuditApplicationEvent event) {
			EVENTS.add(event);
		}

	}

	@Configuration
	static class Application {

		private final List<AuditApplicationEvent> byMethod = new ArrayList<>();

		@Bean
		Listener listener() {
			Listener.EVENTS.clear();
			return new Listener();
		}

		@Bean
		Integer refusals(WasmSandboxes sandboxes, Listener listener,
				@org.springframework.beans.factory.annotation.Value("${early}") int times) {
			refuse(sandboxes, times);
			return times;
		}

		@EventListener
		void on(AuditApplicationEvent event) {
			this.byMethod.add(event);
		}

	}

}
