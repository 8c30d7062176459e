package dev.wasmsandbox.autoconfigure;

import com.github.benmanes.caffeine.cache.Cache;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.metrics.PerformanceMonitor;
import dev.wasmsandbox.metrics.WasmCallMetrics;
import dev.wasmsandbox.metrics.WasmCompileMetrics;
import dev.wasmsandbox.metrics.WasmDataMetrics;
import dev.wasmsandbox.metrics.WasmPoolMetrics;
import dev.wasmsandbox.metrics.WasmSecurityMetrics;
import dev.wasmsandbox.metrics.WasmTenantMetrics;
import dev.wasmsandbox.metrics.WasmVirtualThreadMetrics;
import dev.wasmsandbox.module.LoadedModule;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;
import dev.wasmsandbox.tuning.WasmTunerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the sandboxes' Micrometer meters.
 */
@AutoConfiguration(after = WasmAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, WasmSandboxes.class })
public final class WasmMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	WasmPoolMetrics wasmPoolMetrics(WasmSandboxes sandboxes) {
		return new WasmPoolMetrics(sandboxes);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(PerformanceMonitor.class)
	WasmCallMetrics wasmCallMetrics(PerformanceMonitor monitor, WasmSandboxes sandboxes, Environment environment) {
		return new WasmCallMetrics(monitor, sandboxes, CallDistributionProperties.read(environment));
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(PerformanceMetrics.class)
	WasmDataMetrics wasmDataMetrics(PerformanceMetrics metrics, WasmSandboxes sandboxes) {
		return new WasmDataMetrics(metrics, sandboxes);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(AdaptivePerformanceTuner.class)
	WasmTunerMetrics wasmTunerMetrics(AdaptivePerformanceTuner tuner) {
		return new WasmTunerMetrics(tuner);
	}

	@Bean
	@ConditionalOnMissingBean
	WasmSecurityMetrics wasmSecurityMetrics(WasmSandboxes sandboxes) {
		return new WasmSecurityMetrics(sandboxes);
	}

	@Bean
	@ConditionalOnMissingBean
	WasmCompileMetrics wasmCompileMetrics(WasmSandboxes sandboxes) {
		return new WasmCompileMetrics(sandboxes);
	}

	@Bean
	@ConditionalOnMissingBean
	WasmTenantMetrics wasmTenantMetrics(WasmSandboxes sandboxes) {
		return new WasmTenantMetrics(sandboxes);
	}

	@Bean
	@ConditionalOnMissingBean
	WasmVirtualThreadMetrics wasmVirtualThreadMetrics(WasmSandboxes sandboxes) {
		return new WasmVirtualThreadMetrics(sandboxes);
	}

	@Bean
	@ConditionalOnMissingBean(name = "wasmModuleCacheMetrics")
	CaffeineCacheMetrics<String, LoadedModule, Cache<String, LoadedModule>> wasmModuleCacheMetrics(
			WasmSandboxes sandboxes) {
		ModuleCache cache = sandboxes.cache();
		return new CaffeineCacheMetrics<>(cache.caffeine(), "wasm-modules", Tags.empty());
	}

}
