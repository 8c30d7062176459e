package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.WasmEndpoint;
import dev.wasmsandbox.actuate.WasmEndpointWebExtension;

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
	WasmEndpoint wasmEndpoint(WasmSandboxes sandboxes) {
		return new WasmEndpoint(sandboxes);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	WasmEndpointWebExtension wasmEndpointWebExtension(WasmEndpoint endpoint) {
		return new WasmEndpointWebExtension(endpoint);
	}

}
