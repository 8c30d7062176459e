package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.spring.WasmTunerEvent;
import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;
import dev.wasmsandbox.tuning.TunerMode;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The tuner, where the work of modules is measured. Where it is not, the tuner cannot be
 * active, and an application that wants it to be does not start.
 */
@Configuration(proxyBeanMethods = false)
class TunerConfiguration {

	/** Work is measured. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "wasm.metrics.enabled", matchIfMissing = true)
	static class Measured {

		@Bean
		@ConditionalOnMissingBean
		AdaptivePerformanceTuner wasmTuner(WasmProperties properties, PerformanceMetrics metrics,
				PerformanceAdvisor advisor, WasmSandboxes sandboxes, ObjectProvider<Tunable> own) {
			return new AdaptivePerformanceTuner(TunerProperties.options(properties.tuner()), metrics, advisor,
					sandboxes, own.orderedStream().toList());
		}

		@Bean
		TunerLifecycle wasmTunerLifecycle(AdaptivePerformanceTuner tuner, ApplicationEventPublisher publisher) {
			tuner.addListener((note) -> {
				if (note.kind().notable()) {
					publisher.publishEvent(new WasmTunerEvent(tuner, note));
				}
			});
			return new TunerLifecycle(tuner);
		}

	}

	/** Work is not measured. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "wasm.metrics.enabled", havingValue = false)
	static class Unmeasured {

		@Bean
		InitializingBean wasmTunerNeedsMetrics(WasmProperties properties) {
			return () -> {
				if (properties.tuner().mode() == TunerMode.ACTIVE) {
					throw new InvalidConfigurationPropertyValueException("wasm.tuner.mode", properties.tuner().mode(),
							"The tuner cannot prove anything unless work is measured; set wasm.metrics.enabled to true");
				}
			};
		}

	}

}
