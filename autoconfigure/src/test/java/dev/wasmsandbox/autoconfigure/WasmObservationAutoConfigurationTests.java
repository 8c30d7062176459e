package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.DefaultWasmCallObservationConvention;
import dev.wasmsandbox.metrics.DefaultWasmSessionObservationConvention;
import dev.wasmsandbox.metrics.WasmCallObservationConvention;
import dev.wasmsandbox.metrics.WasmSessionObservationConvention;
import dev.wasmsandbox.observe.CallTracer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class WasmObservationAutoConfigurationTests {

	private static final String ENABLED = "wasm.observations.enabled=true";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class, WasmObservationAutoConfiguration.class))
		.withPropertyValues("wasm.modules.simple.location=classpath:wasm/simple_module.wasm");

	private final ApplicationContextRunner observed = this.runner.withBean(ObservationRegistry.class,
			TestObservationRegistry::create);

	private static void call(WasmSandbox sandbox) {
		assertThat(sandbox.call("add", int.class, 2, 3)).isEqualTo(5);
		assertThat(sandbox.callAsync("add", int.class, 2, 3).join()).isEqualTo(5);
		sandbox.openSession("mine").close();
	}

	@Test
	void nothingIsMadeUnlessItIsWanted() {
		this.observed.run((context) -> {
			assertThat(context).doesNotHaveBean(CallTracer.class);
			call(context.getBean(WasmSandbox.class));
			TestObservationRegistryAssert.assertThat(context.getBean(TestObservationRegistry.class))
				.doesNotHaveAnyObservation();
		});
	}

	@Test
	void callsAndSessionsAreObservedIfThatIsWanted() {
		this.observed.withPropertyValues(ENABLED).run((context) -> {
			call(context.getBean(WasmSandbox.class));
			TestObservationRegistryAssert.assertThat(context.getBean(TestObservationRegistry.class))
				.hasNumberOfObservationsWithNameEqualTo("wasm.call", 2)
				.hasNumberOfObservationsWithNameEqualTo("wasm.session", 1);
		});
	}

	@Test
	void beansThatAreConventionsTakeThePlaceOfTheDefaults() {
		this.observed.withPropertyValues(ENABLED).withUserConfiguration(Conventions.class).run((context) -> {
			call(context.getBean(WasmSandbox.class));
			TestObservationRegistryAssert.assertThat(context.getBean(TestObservationRegistry.class))
				.hasNumberOfObservationsEqualTo(3)
				.hasNumberOfObservationsWithNameEqualTo("my.call", 2)
				.hasNumberOfObservationsWithNameEqualTo("my.session", 1);
		});
	}

	/** What Spring Boot makes of observations, beside the meters of this library. */
	@Test
	void observationsBecomeTimers() {
		this.runner.withPropertyValues(ENABLED)
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class, ObservationAutoConfiguration.class,
					WasmMetricsAutoConfiguration.class))
			.run((context) -> {
				call(context.getBean(WasmSandbox.class));
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				assertThat(meters.get("wasm.call")
					.tags("module", "simple", "function", "add", "outcome", "SUCCESS", "error", "none")
					.timer()
					.count()).isEqualTo(2);
				assertThat(meters.get("wasm.session").tags("module", "simple", "outcome", "SUCCESS").timer().count())
					.isEqualTo(1);
			});
	}

	@Test
	void aPropertyThatCannotBeHeldToFailsTheStart() {
		this.runner.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContainingAll("wasm.observations.enabled", "spring-boot-starter-actuator"));
	}

	@Test
	void allElseIsThereWithoutMicrometer() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasSingleBean(WasmSandboxes.class).doesNotHaveBean(CallTracer.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class Conventions {

		@Bean
		WasmCallObservationConvention callConvention() {
			return new DefaultWasmCallObservationConvention() {

				@Override
				public String getName() {
					return "my.call";
				}

			};
		}

		@Bean
		WasmSessionObservationConvention sessionConvention() {
			return new DefaultWasmSessionObservationConvention() {

				@Override
				public String getName() {
					return "my.session";
				}

			};
		}

	}

}
