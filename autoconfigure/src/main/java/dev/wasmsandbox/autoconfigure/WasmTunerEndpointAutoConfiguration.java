package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.actuate.TunerEndpoint;
import dev.wasmsandbox.actuate.TunerEndpointWebExtension;
import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@link TunerEndpoint}.
 */
@AutoConfiguration(after = WasmAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(TunerEndpoint.class)
@ConditionalOnBean(AdaptivePerformanceTuner.class)
public final class WasmTunerEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	TunerEndpoint wasmTunerEndpoint(AdaptivePerformanceTuner tuner) {
		return new TunerEndpoint(tuner);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	TunerEndpointWebExtension wasmTunerEndpointWebExtension(TunerEndpoint endpoint) {
		return new TunerEndpointWebExtension(endpoint);
	}

}
