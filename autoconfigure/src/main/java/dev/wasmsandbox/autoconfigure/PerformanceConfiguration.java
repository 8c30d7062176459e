package dev.wasmsandbox.autoconfigure;

import java.util.List;
import java.util.stream.Stream;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.metrics.PerformanceMonitor;
import dev.wasmsandbox.metrics.RecommendationRule;
import dev.wasmsandbox.metrics.rules.StandardRules;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What measures the work of modules. Nothing of it is there if
 * {@code wasm.metrics.enabled} is false.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "wasm.metrics.enabled", matchIfMissing = true)
class PerformanceConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PerformanceMetrics wasmPerformanceMetrics(WasmProperties properties) {
		return new PerformanceMetrics(MetricsProperties.settings(properties), System::nanoTime);
	}

	@Bean
	@ConditionalOnMissingBean
	PerformanceAdvisor wasmPerformanceAdvisor(PerformanceMetrics metrics, WasmSandboxes sandboxes,
			ObjectProvider<RecommendationRule> rules) {
		List<RecommendationRule> all = Stream.concat(StandardRules.all().stream(), rules.orderedStream()).toList();
		return new PerformanceAdvisor(metrics, sandboxes, all);
	}

	@Bean
	@ConditionalOnMissingBean
	PerformanceMonitor wasmPerformanceMonitor(PerformanceMetrics metrics, WasmSandboxes sandboxes) {
		return new PerformanceMonitor(metrics, sandboxes);
	}

	@Bean
	PerformanceWatch wasmPerformanceWatch(PerformanceMonitor monitor, WasmSandboxes sandboxes,
			ApplicationEventPublisher publisher) {
		return new PerformanceWatch(monitor, sandboxes, publisher);
	}

}
