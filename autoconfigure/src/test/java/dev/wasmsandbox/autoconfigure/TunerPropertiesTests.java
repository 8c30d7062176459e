package dev.wasmsandbox.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.actuate.TunerEndpoint;
import dev.wasmsandbox.actuate.TunerEndpointWebExtension;
import dev.wasmsandbox.observe.SteppedTunable;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.TuningRange;
import dev.wasmsandbox.spring.WasmTunerEvent;
import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;
import dev.wasmsandbox.tuning.TunerMode;
import dev.wasmsandbox.tuning.TunerNote;
import dev.wasmsandbox.tuning.TunerOptions;
import dev.wasmsandbox.tuning.TunerSettings;
import dev.wasmsandbox.tuning.TunerStatus;
import dev.wasmsandbox.tuning.WasmTunerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;

import static org.assertj.core.api.Assertions.assertThat;

class TunerPropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class, WasmTunerEndpointAutoConfiguration.class,
				WasmMetricsAutoConfiguration.class))
		.withPropertyValues("wasm.modules.simple.location=classpath:wasm/simple_module.wasm");

	@TempDir
	private Path folder;

	@Test
	void advisesUnlessSomethingElseIsConfiguredAndEndsWithTheContext() {
		List<AdaptivePerformanceTuner> tuners = new ArrayList<>();
		this.runner.run((context) -> {
			AdaptivePerformanceTuner tuner = context.getBean(AdaptivePerformanceTuner.class);
			tuners.add(tuner);
			assertThat(tuner.options()).isEqualTo(TunerOptions.defaults());
			assertThat(tuner.options().mode()).isEqualTo(TunerMode.ADVISE);
			assertThat(tuner.status().parameters()).extracting(TunerStatus.ParameterStatus::id)
				.contains("simple/pool.max-size", "cache.max-weight");
			assertThat(tuner.isRunning()).isTrue();
		});
		assertThat(tuners).singleElement().matches((tuner) -> !tuner.isRunning());
	}

	@Test
	void offItDoesNotRun() {
		this.runner.withPropertyValues("wasm.tuner.mode=off").run((context) -> {
			AdaptivePerformanceTuner tuner = context.getBean(AdaptivePerformanceTuner.class);
			assertThat(tuner.isRunning()).isFalse();
			tuner.resume();
			assertThat(tuner.isRunning()).isFalse();
		});
	}

	@Test
	void withoutMetricsThereIsNoneAndItCannotBeActive() {
		ApplicationContextRunner unmeasured = this.runner.withPropertyValues("wasm.metrics.enabled=false");
		unmeasured.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AdaptivePerformanceTuner.class));
		unmeasured.withPropertyValues("wasm.tuner.mode=active")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("wasm.tuner.mode")
				.hasMessageContaining("wasm.metrics.enabled"));
	}

	@Test
	void everyPropertyIsApplied() {
		this.runner
			.withPropertyValues("wasm.tuner.mode=active", "wasm.tuner.interval=1s", "wasm.tuner.observation=2s",
					"wasm.tuner.min-improvement=0.1", "wasm.tuner.min-confidence=0.9", "wasm.tuner.max-risk=low",
					"wasm.tuner.regression=0.03", "wasm.tuner.error=0.02", "wasm.tuner.min-operations=7",
					"wasm.tuner.max-windows=99", "wasm.tuner.cool-down=5", "wasm.tuner.calibration=6",
					"wasm.tuner.memory=77", "wasm.tuner.explorations=3", "wasm.tuner.reach=0.5",
					"wasm.tuner.history=33", "wasm.tuner.pinned=simple/pool.max-size,watchdog.tick",
					"wasm.tuner.state-file=" + this.folder.resolve("tuner.json"))
			.run((context) -> assertThat(context.getBean(AdaptivePerformanceTuner.class).options())
				.isEqualTo(new TunerOptions(TunerMode.ACTIVE,
						new TunerSettings(true, 0.1, 0.9, 0.03, 0.02, 7, 99, 5, 6, 77, 3, 0.5, 33),
						Duration.ofSeconds(1), Duration.ofSeconds(2), Tunable.Risk.LOW,
						Set.of("simple/pool.max-size", "watchdog.tick"), this.folder.resolve("tuner.json"))));
	}

	@Test
	void whatIsOutOfRangeFailsTheStartByItsName() {
		for (String property : List.of("mode=sometimes", "interval=1ms", "observation=2d", "min-improvement=0",
				"min-confidence=1", "max-risk=high", "regression=0", "error=0.5", "min-operations=0", "max-windows=11",
				"cool-down=-1", "calibration=1", "memory=0", "explorations=-1", "reach=0", "history=7")) {
			String name = "wasm.tuner." + property.substring(0, property.indexOf('='));
			this.runner.withPropertyValues("wasm.tuner." + property)
				.run((context) -> assertThat(context).as(property)
					.getFailure()
					.satisfies((failure) -> assertThat(failure).hasStackTraceContaining(name)));
		}
	}

	@Test
	void aStateFileNeedsJackson() {
		ApplicationContextRunner without = this.runner.withClassLoader(new FilteredClassLoader("tools.jackson"));
		without.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(AdaptivePerformanceTuner.class));
		without.withPropertyValues("wasm.tuner.state-file=" + this.folder.resolve("tuner.json"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("wasm.tuner.state-file")
				.hasMessageContaining("jackson-databind"));
	}

	@Test
	void parametersOfTheApplicationAreTunedToo() {
		this.runner
			.withBean(Tunable.class, () -> new SteppedTunable.Described(null, "own", "", Tunable.Risk.LOW, Set.of())
				.with(TuningRange.steps(1, 2), () -> 1, (_) -> {
				}))
			.run((context) -> assertThat(context.getBean(AdaptivePerformanceTuner.class).status().parameters())
				.extracting(TunerStatus.ParameterStatus::id)
				.contains("own"));
	}

	@Test
	void endpointAndMetersAreThereWhereTheyAreWanted() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(TunerEndpoint.class)
			.doesNotHaveBean(WasmTunerMetrics.class));
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=wasmtuner")
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> {
				assertThat(context).hasSingleBean(TunerEndpoint.class)
					.hasSingleBean(TunerEndpointWebExtension.class)
					.hasSingleBean(WasmTunerMetrics.class);
				assertThat(context.getBean(TunerEndpoint.class).tuner().mode()).isEqualTo(TunerMode.ADVISE);
			});
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=wasmtuner",
					"management.endpoint.wasmtuner.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(TunerEndpoint.class));
	}

	/**
	 * A whole way: real calls, real windows, a real change, an event, a meter, a file.
	 */
	@Test
	void activeItTriesTellsAndWritesDown() {
		Queue<WasmTunerEvent> events = new ConcurrentLinkedQueue<>();
		Path file = this.folder.resolve("tuner.json");
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		this.runner.withBean(MeterRegistry.class, () -> registry)
			.withBean("listener", ApplicationListener.class,
					() -> (ApplicationListener<WasmTunerEvent>) (event) -> events.add(event))
			.withPropertyValues("wasm.tuner.mode=active", "wasm.tuner.interval=10ms", "wasm.tuner.observation=20ms",
					"wasm.tuner.calibration=4", "wasm.tuner.state-file=" + file)
			.run((context) -> {
				WasmSandbox simple = context.getBean(WasmSandbox.class);
				context.getBeanProvider(WasmTunerMetrics.class).ifAvailable((binder) -> binder.bindTo(registry));
				Awaitility.await().atMost(Duration.ofMinutes(1)).pollDelay(Duration.ZERO).until(() -> {
					for (int i = 0; i < 20_000; i++) {
						simple.call("add", int.class, 2, 3);
					}
					return !events.isEmpty();
				});
				assertThat(events.peek()).isNotNull().satisfies((event) -> {
					assertThat(event.note().kind()).isEqualTo(TunerNote.Kind.TRIAL);
					assertThat(event.getSource()).isSameAs(context.getBean(AdaptivePerformanceTuner.class));
				});
				assertThat(file).exists();
				Awaitility.await()
					.until(() -> registry.find("wasm.tuner.changes").tag("result", "tried").counter() != null);
				assertThat(registry.get("wasm.tuner.windows").functionCounter().count()).isPositive();
			});
		assertThat(Files.exists(file)).isTrue();
	}

}
