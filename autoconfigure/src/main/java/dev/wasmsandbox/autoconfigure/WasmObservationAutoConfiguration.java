package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.metrics.ObservationCallTracer;
import dev.wasmsandbox.metrics.WasmCallObservationConvention;
import dev.wasmsandbox.metrics.WasmSessionObservationConvention;
import dev.wasmsandbox.observe.CallTracer;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of an observation for each call and each session, if
 * {@code wasm.observations.enabled} says so. Beans that are conventions replace the
 * default names and key values.
 */
@AutoConfiguration(before = WasmAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
@ConditionalOnBooleanProperty(WasmObservationAutoConfiguration.PROPERTY)
public final class WasmObservationAutoConfiguration {

	static final String PROPERTY = "wasm.observations.enabled";

	@Bean
	@ConditionalOnMissingBean(CallTracer.class)
	ObservationCallTracer wasmCallTracer(ObservationRegistry registry,
			ObjectProvider<WasmCallObservationConvention> callConvention,
			ObjectProvider<WasmSessionObservationConvention> sessionConvention) {
		return new ObservationCallTracer(registry, callConvention.getIfAvailable(), sessionConvention.getIfAvailable());
	}

}
