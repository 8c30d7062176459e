package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.PerformanceView;
import dev.wasmsandbox.actuate.WasmEndpoint;
import dev.wasmsandbox.actuate.WasmEndpointWebExtension;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMonitor;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@link WasmEndpoint}.
 */
@AutoConfiguration(after = WasmAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(WasmEndpoint.class)
@ConditionalOnBean(WasmSandboxes.class)
public final class WasmEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	WasmEndpoint wasmEndpoint(WasmSandboxes sandboxes, ObjectProvider<PerformanceMonitor> monitor,
			ObjectProvider<PerformanceAdvisor> advisor) {
		PerformanceMonitor measuring = monitor.getIfAvailable();
		PerformanceAdvisor advising = advisor.getIfAvailable();
		return new WasmEndpoint(sandboxes,
				(measuring != null && advising != null) ? new PerformanceView(measuring, advising, sandboxes) : null);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	WasmEndpointWebExtension wasmEndpointWebExtension(WasmEndpoint endpoint) {
		return new WasmEndpointWebExtension(endpoint);
	}

}
