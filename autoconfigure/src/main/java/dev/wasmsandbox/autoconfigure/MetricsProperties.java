package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.metrics.MetricsSettings;
import dev.wasmsandbox.metrics.PerformanceTargets;

/**
 * Makes the settings of metrics of the properties below {@code wasm.metrics} and
 * {@code wasm.targets}. Refuses a bad value as {@link WasmSettings} does.
 */
final class MetricsProperties {

	private static final String TARGETS = "wasm.targets.";

	private MetricsProperties() {
	}

	static MetricsSettings settings(WasmProperties properties) {
		return WasmSettings.apply(MetricsSettings.defaults(), "wasm.metrics.window", properties.metrics().window(),
				(_, window) -> new MetricsSettings(window, targets(properties.targets())));
	}

	private static PerformanceTargets targets(WasmProperties.Targets properties) {
		PerformanceTargets targets = WasmSettings.apply(PerformanceTargets.defaults(), TARGETS + "call",
				properties.call(), (all, value) -> new PerformanceTargets(value, all.cacheHitRate(), all.errorRate(),
						all.guestMemory(), all.coldStart(), all.allocation()));
		targets = WasmSettings.apply(targets, TARGETS + "cache-hit-rate", properties.cacheHitRate(),
				(all, value) -> new PerformanceTargets(all.call(), value, all.errorRate(), all.guestMemory(),
						all.coldStart(), all.allocation()));
		targets = WasmSettings.apply(targets, TARGETS + "error-rate", properties.errorRate(),
				(all, value) -> new PerformanceTargets(all.call(), all.cacheHitRate(), value, all.guestMemory(),
						all.coldStart(), all.allocation()));
		targets = WasmSettings.apply(targets, TARGETS + "guest-memory", properties.guestMemory(),
				(all, value) -> new PerformanceTargets(all.call(), all.cacheHitRate(), all.errorRate(), value.toBytes(),
						all.coldStart(), all.allocation()));
		targets = WasmSettings.apply(targets, TARGETS + "cold-start", properties.coldStart(),
				(all, value) -> new PerformanceTargets(all.call(), all.cacheHitRate(), all.errorRate(),
						all.guestMemory(), value, all.allocation()));
		return WasmSettings.apply(targets, TARGETS + "allocation", properties.allocation(),
				(all, value) -> new PerformanceTargets(all.call(), all.cacheHitRate(), all.errorRate(),
						all.guestMemory(), all.coldStart(), value));
	}

}
