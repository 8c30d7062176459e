package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.WasmInfoContributor;

import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@link WasmInfoContributor}.
 */
@AutoConfiguration(after = WasmAutoConfiguration.class)
@ConditionalOnClass({ InfoContributor.class, ConditionalOnEnabledInfoContributor.class })
@ConditionalOnBean(WasmSandboxes.class)
@ConditionalOnEnabledInfoContributor("wasm")
public final class WasmInfoContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	WasmInfoContributor wasmInfoContributor(WasmSandboxes sandboxes) {
		return new WasmInfoContributor(sandboxes);
	}

}
