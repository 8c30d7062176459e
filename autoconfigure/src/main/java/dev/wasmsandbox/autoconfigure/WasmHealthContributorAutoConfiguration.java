package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.WasmHealthContributor;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@link WasmHealthContributor}.
 */
@AutoConfiguration(after = WasmAutoConfiguration.class)
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(WasmSandboxes.class)
@ConditionalOnEnabledHealthIndicator("wasm")
public final class WasmHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "wasmHealthIndicator", "wasmHealthContributor" })
	HealthContributor wasmHealthContributor(WasmSandboxes sandboxes) {
		return new WasmHealthContributor(sandboxes);
	}

}
