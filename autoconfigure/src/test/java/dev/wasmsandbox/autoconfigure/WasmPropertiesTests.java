package dev.wasmsandbox.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import dev.wasmsandbox.AsyncSettings;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.module.ModuleCacheSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Each property: its default, that it is enforced, and that a wrong value is refused. */
class WasmPropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class));

	private ApplicationContextRunner module(String name, String... properties) {
		return this.runner.withPropertyValues("wasm.modules." + name + ".location=classpath:wasm/" + name + ".wasm")
			.withPropertyValues(properties);
	}

	@Test
	void theDefaultsAreThoseOfTheLibrary() {
		module("values").run((context) -> {
			WasmSandbox sandbox = context.getBean("values", WasmSandbox.class);
			assertThat(sandbox.info().limits()).isEqualTo(SandboxLimits.defaults());
			assertThat(sandbox.info().pool()).isEqualTo(PoolSettings.defaults());
			assertThat(context.getBean(ModuleCache.class).settings()).isEqualTo(ModuleCacheSettings.defaults());
			assertThat(WasmSettings.async(context.getBean(WasmProperties.class).async()))
				.isEqualTo(AsyncSettings.defaults());
		});
	}

	@Test
	void aModuleOverridesTheDefaultsFieldByField() {
		module("values", "wasm.defaults.limits.memory=1MB", "wasm.defaults.limits.call-timeout=2s",
				"wasm.defaults.limits.module-size=3MB", "wasm.defaults.pool.max-size=4",
				"wasm.defaults.pool.max-wait=5s", "wasm.modules.values.limits.call-timeout=20ms",
				"wasm.modules.values.pool.max-size=40", "wasm.modules.state.location=classpath:wasm/state.wasm")
			.run((context) -> {
				WasmSandboxes sandboxes = context.getBean(WasmSandboxes.class);
				assertThat(sandboxes.get("state").info().limits())
					.isEqualTo(new SandboxLimits(1 << 20, Duration.ofSeconds(2), 3 << 20));
				assertThat(sandboxes.get("state").info().pool()).isEqualTo(new PoolSettings(4, Duration.ofSeconds(5)));
				assertThat(sandboxes.get("values").info().limits())
					.isEqualTo(new SandboxLimits(1 << 20, Duration.ofMillis(20), 3 << 20));
				assertThat(sandboxes.get("values").info().pool())
					.isEqualTo(new PoolSettings(40, Duration.ofSeconds(5)));
			});
	}

	@Test
	void theMemoryLimitHoldsWhenTheGuestGrows() {
		module("memory_test", "wasm.modules.memory_test.limits.memory=128KB").run((context) -> {
			WasmSandbox sandbox = context.getBean(WasmSandbox.class);
			assertThat(sandbox.call("grow", int.class, 1)).isEqualTo(1);
			assertThat(sandbox.call("grow", int.class, 2)).isEqualTo(-1);
		});
	}

	@Test
	void theCallTimeoutHolds() {
		module("traps", "wasm.modules.traps.limits.call-timeout=30ms")
			.run((context) -> assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> context.getBean(WasmSandbox.class).call("loop_forever", void.class))
				.satisfies((ex) -> assertThat(ex.timeout()).isEqualTo(Duration.ofMillis(30))));
	}

	@Test
	void theModuleSizeHolds() {
		module("values", "wasm.modules.values.limits.module-size=100B")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(ModuleRejectedException.class,
						(ex) -> assertThat(ex.reason()).isEqualTo(ModuleRejectedException.Reason.OVER_LIMIT))
				.hasMessageContaining("the module has more than 100 bytes"));
	}

	@Test
	void thePoolBoundsHold() {
		module("values", "wasm.modules.values.pool.max-size=1", "wasm.modules.values.pool.max-wait=0s")
			.run((context) -> {
				WasmSandbox sandbox = context.getBean(WasmSandbox.class);
				try (SandboxSession session = sandbox.openSession()) {
					assertThat(session).isNotNull();
					assertThatExceptionOfType(SandboxBusyException.class)
						.isThrownBy(() -> sandbox.call("none", void.class));
				}
			});
	}

	@Test
	void theSandboxesToKeepReadyAreThereWhenTheModuleIs() {
		module("values", "wasm.modules.values.pool.min-idle=7")
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).statistics().pool().idle()).isEqualTo(7));
	}

	@Test
	void keepAliveHolds() {
		module("values", "wasm.modules.values.pool.keep-alive=20ms").run((context) -> {
			WasmSandbox sandbox = context.getBean(WasmSandbox.class);
			Awaitility.await().until(() -> sandbox.statistics().pool().idle() == 0);
			assertThat(sandbox.call("i32", int.class, 7)).isEqualTo(7);
		});
	}

	@Test
	void theLeakDetectionThresholdHolds() {
		module("values", "wasm.modules.values.pool.leak-detection-threshold=20ms").run((context) -> {
			WasmSandbox sandbox = context.getBean(WasmSandbox.class);
			try (SandboxSession session = sandbox.openSession()) {
				assertThat(session).isNotNull();
				Awaitility.await().until(() -> sandbox.statistics().pool().leaksSuspected() == 1);
			}
		});
	}

	@Test
	void aModulesOwnMinimumReplacesTheInheritedOne() {
		module("values", "wasm.defaults.pool.max-size=20", "wasm.defaults.pool.min-idle=10",
				"wasm.defaults.pool.keep-alive=2s", "wasm.defaults.pool.leak-detection-threshold=3s",
				"wasm.modules.values.pool.max-size=4", "wasm.modules.values.pool.min-idle=2")
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).info().pool()).isEqualTo(
					new PoolSettings(4, Duration.ofSeconds(1), 2, Duration.ofSeconds(2), Duration.ofSeconds(3))));
		module("values", "wasm.defaults.pool.min-idle=10", "wasm.modules.values.pool.max-size=4")
			.run((context) -> assertThat(context).getFailure()
				.satisfies((failure) -> assertThat(invalidProperty(failure))
					.isEqualTo("wasm.modules.values.pool.max-size")));
	}

	@Test
	void theCacheBoundsHold() {
		module("values", "wasm.cache.max-modules=1", "wasm.modules.state.location=classpath:wasm/state.wasm")
			.run((context) -> assertThat(context.getBean(ModuleCache.class).size()).isLessThanOrEqualTo(1));
		module("values", "wasm.cache.max-weight=1KB").run((context) -> {
			assertThat(context.getBean(ModuleCache.class).settings().maxWeight()).isEqualTo(1024);
			assertThat(context.getBean(ModuleCache.class).size()).isZero();
			assertThat(context.getBean(WasmSandbox.class).call("i32", int.class, 7)).isEqualTo(7);
		});
	}

	@Test
	void theAsyncBoundsHold() {
		module("traps", "wasm.async.threads=1", "wasm.async.queue-capacity=1",
				"wasm.modules.traps.limits.call-timeout=60s")
			.run((context) -> {
				WasmSandbox sandbox = context.getBean(WasmSandbox.class);
				List<CompletableFuture<Void>> calls = new ArrayList<>();
				for (int i = 0; i < 3; i++) {
					calls.add(sandbox.callAsync("loop_forever", void.class));
				}
				assertThat(calls.get(2)).isCompletedExceptionally();
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> calls.get(2).get())
					.withCauseInstanceOf(SandboxBusyException.class);
				assertThat(calls.subList(0, 2)).noneMatch(CompletableFuture::isDone);
				calls.forEach((call) -> call.cancel(true));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "limits.memory=-1B", "limits.memory=2GB", "limits.call-timeout=0s",
			"limits.call-timeout=-1s", "limits.module-size=7B", "limits.module-size=-5MB", "pool.max-size=0",
			"pool.max-wait=-1s", "pool.min-idle=-1", "pool.min-idle=65", "pool.keep-alive=0s", "pool.keep-alive=-1s",
			"pool.leak-detection-threshold=-1s" })
	void invalidValuesAreRefusedByTheirFullName(String property) {
		assertRefused("wasm.modules.values." + property);
		assertRefused("wasm.defaults." + property);
	}

	@ParameterizedTest
	@ValueSource(strings = { "wasm.cache.max-modules=0", "wasm.cache.max-weight=0B", "wasm.cache.max-weight=-1MB",
			"wasm.async.threads=0", "wasm.async.queue-capacity=0" })
	void invalidSharedValuesAreRefusedByTheirFullName(String property) {
		assertRefused(property);
	}

	private void assertRefused(String property) {
		module("values", property).run((context) -> assertThat(context).getFailure()
			.satisfies((failure) -> assertThat(invalidProperty(failure)).as(property)
				.isEqualTo(property.substring(0, property.indexOf('=')))));
	}

	@ParameterizedTest
	@MethodSource("badNames")
	void badModuleNamesAreRefused(String property, String reported) {
		this.runner.withPropertyValues(property + ".location=classpath:wasm/values.wasm")
			.run((context) -> assertThat(context).getFailure()
				.satisfies((failure) -> assertThat(invalidProperty(failure)).isEqualTo(reported)));
	}

	static Stream<Arguments> badNames() {
		return Stream.of("a b", "&a", "a/b", ".a", "a".repeat(101))
			.map((name) -> Arguments.of("wasm.modules[" + name + "]",
					name.length() > 100 ? "wasm.modules." + name : "wasm.modules[" + name + "]"));
	}

	@Test
	void aModuleWithoutLocationIsRefused() {
		this.runner.withPropertyValues("wasm.modules.values.pool.max-size=1")
			.run((context) -> assertThat(context).getFailure()
				.satisfies(
						(failure) -> assertThat(invalidProperty(failure)).isEqualTo("wasm.modules.values.location")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "wasm.defaults.limits.memmory=1MB", "wasm.modules.values.timeout=1s", "wasm.typo=1" })
	void unknownPropertiesAreRefused(String property) {
		module("values", property).run((context) -> assertThat(context).getFailure()
			.rootCause()
			.hasMessageContaining(property.substring(0, property.indexOf('='))));
	}

	@Test
	void unreadableValuesAreRefusedByTheirFullName() {
		module("values", "wasm.modules.values.limits.memory=much").run((context) -> assertThat(context).getFailure()
			.hasStackTraceContaining("wasm.modules.values.limits.memory"));
	}

	private static String invalidProperty(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof InvalidConfigurationPropertyValueException invalid) {
				return invalid.getName();
			}
		}
		throw new AssertionError("Not refused for its value", failure);
	}

}
