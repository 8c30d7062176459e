package dev.wasmsandbox.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.MetricsSettings;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.metrics.PerformanceMonitor;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceTargets;
import dev.wasmsandbox.metrics.RecommendationRule;
import dev.wasmsandbox.metrics.Situation;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class MetricsPropertiesTests {

	private static final String THREAD = "wasm-metrics";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class))
		.withPropertyValues("wasm.modules.simple.location=classpath:wasm/simple_module.wasm");

	private static boolean watched() {
		return Thread.getAllStackTraces().keySet().stream().anyMatch((thread) -> thread.getName().equals(THREAD));
	}

	@Test
	void modulesAreMeasuredUnlessThatIsDisabled() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(PerformanceMetrics.class)
				.hasSingleBean(PerformanceAdvisor.class)
				.hasSingleBean(PerformanceMonitor.class);
			context.getBean(WasmSandbox.class).call("add", int.class, 2, 3);
			PerformanceMetrics metrics = context.getBean(PerformanceMetrics.class);
			assertThat(metrics.settings()).isEqualTo(MetricsSettings.defaults());
			assertThat(metrics.summary(context.getBean(WasmSandboxes.class)).calls().samples()).isEqualTo(1);
			assertThat(watched()).isTrue();
		});
		Awaitility.await().until(() -> !watched());
		this.runner.withPropertyValues("wasm.metrics.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed()
				.doesNotHaveBean(PerformanceMetrics.class)
				.doesNotHaveBean(PerformanceAdvisor.class)
				.doesNotHaveBean(PerformanceMonitor.class)
				.doesNotHaveBean(PerformanceWatch.class);
			assertThat(context.getBean(WasmSandbox.class).call("add", int.class, 2, 3)).isEqualTo(5);
			assertThat(watched()).isFalse();
		});
	}

	@Test
	void windowAndTargetsAreThoseOfTheProperties() {
		this.runner
			.withPropertyValues("wasm.metrics.window=5m", "wasm.targets.call=2ms", "wasm.targets.cache-hit-rate=0.5",
					"wasm.targets.error-rate=0.1", "wasm.targets.guest-memory=1GB", "wasm.targets.cold-start=3ms",
					"wasm.targets.allocation=4us")
			.run((context) -> assertThat(context.getBean(PerformanceMetrics.class).settings())
				.isEqualTo(new MetricsSettings(Duration.ofMinutes(5), new PerformanceTargets(Duration.ofMillis(2), 0.5,
						0.1, 1 << 30, Duration.ofMillis(3), Duration.ofNanos(4000)))));
	}

	@Test
	void whatIsOutOfRangeFailsTheStartByItsName() {
		for (String property : List.of("wasm.metrics.window=9s", "wasm.metrics.window=2d", "wasm.targets.call=0s",
				"wasm.targets.cache-hit-rate=1.1", "wasm.targets.error-rate=-0.1", "wasm.targets.guest-memory=0",
				"wasm.targets.cold-start=-1s", "wasm.targets.allocation=0s")) {
			String name = property.substring(0, property.indexOf('='));
			this.runner.withPropertyValues(property)
				.run((context) -> assertThat(context).as(property).getFailure().rootCause().hasMessageContaining(name));
		}
	}

	@Test
	void rulesOfTheApplicationAreAskedToo() {
		AtomicInteger asked = new AtomicInteger();
		RecommendationRule own = new RecommendationRule() {

			@Override
			public String id() {
				return "own";
			}

			@Override
			public List<PerformanceRecommendation> recommend(Situation situation) {
				asked.incrementAndGet();
				return List.of();
			}

		};
		this.runner.withBean(RecommendationRule.class, () -> own).run((context) -> {
			assertThat(context.getBean(PerformanceAdvisor.class).recommendations()).isNotNull();
			assertThat(asked).hasValue(1);
		});
	}

}
