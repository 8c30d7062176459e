package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.PerformanceMonitor;
import dev.wasmsandbox.metrics.WasmPoolMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

class WasmMetricsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class, WasmMetricsAutoConfiguration.class))
		.withPropertyValues("wasm.modules.simple.location=classpath:wasm/simple_module.wasm");

	private final ApplicationContextRunner metered = this.runner
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				SimpleMetricsExportAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class));

	@Test
	void bindsTheGaugesOfThePools() {
		this.metered.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("wasm.pool.instances").tags("module", "simple", "state", "leased").gauge().value())
				.isZero();
			assertThat(registry.get("wasm.instance.cold-start").tag("module", "simple").functionTimer().count())
				.isEqualTo(1);
			assertThat(registry.get("wasm.memory.allocations").tag("module", "simple").functionCounter().count())
				.isZero();
			assertThat(registry.get("wasm.data.transferred").tag("module", "simple").functionCounters()).hasSize(2);
			assertThat(registry.get("wasm.tenants.known").gauge().value()).isZero();
			assertThat(registry.get("wasm.compile.pending").gauge().value()).isZero();
			assertThat(registry.get("wasm.compile.in-flight").gauge().getId().getBaseUnit()).isEqualTo("bytes");
			assertThat(registry.get("wasm.compile.in-flight").gauge().value()).isZero();
		});
	}

	@Test
	void bindsTheMetersOfTheCache() {
		this.metered.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("cache.gets")
				.tags("cache", "wasm-modules", "result", "miss")
				.functionCounter()
				.count()).isEqualTo(1);
			assertThat(registry.get("cache.size").tags("cache", "wasm-modules").gauge().value()).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@CsvSource({ "wasm.calls", "wasm", "all" })
	void publishesTheTimesThatDistributionAsksFor(String name) {
		this.metered
			.withPropertyValues("management.metrics.distribution.percentiles." + name + "=0.5,0.95",
					"management.metrics.distribution.percentiles-histogram." + name + "=true")
			.run((context) -> {
				call(context);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.get("wasm.calls.percentile").meters()).hasSize(2);
				assertThat(registry.get("wasm.calls.buckets").meters()).hasSize(94);
			});
	}

	@Test
	void theNearestNameOfADistributionCounts() {
		this.metered
			.withPropertyValues("management.metrics.distribution.percentiles-histogram.all=true",
					"management.metrics.distribution.percentiles-histogram.wasm.calls=false",
					"management.metrics.distribution.percentiles.http=0.5")
			.run((context) -> {
				call(context);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.find("wasm.calls.percentile").meters()).isEmpty();
				assertThat(registry.find("wasm.calls.buckets").meters()).isEmpty();
			});
	}

	private static void call(ApplicationContext context) {
		context.getBean(WasmSandbox.class).call("add", int.class, 2, 3);
		context.getBean(PerformanceMonitor.class).look(System.nanoTime());
	}

	@Test
	void bindsNothingWithoutARegistry() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(WasmSandboxes.class)
			.doesNotHaveBean(WasmPoolMetrics.class)
			.doesNotHaveBean("wasmModuleCacheMetrics"));
	}

	@Test
	void bindsNothingWithoutMicrometer() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.run((context) -> assertThat(context).hasSingleBean(WasmSandboxes.class)
				.doesNotHaveBean("wasmPoolMetrics")
				.doesNotHaveBean("wasmCompileMetrics")
				.doesNotHaveBean("wasmModuleCacheMetrics"));
	}

}
