package dev.wasmsandbox.autoconfigure;

import java.util.Set;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.limits.LimitProfile;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.TrustLevel;
import dev.wasmsandbox.limits.WasmFeature;
import dev.wasmsandbox.module.ModuleCache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** Trust, profiles, features and the limits on binaries as properties. */
class TrustPropertiesTests {

	private static final String MODULE = "wasm.modules.values.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class))
		.withPropertyValues(MODULE + "location=classpath:wasm/values.wasm");

	@Test
	void aProfileReplacesTheDefaultsAndSingleLimitsTheProfile() {
		this.runner
			.withPropertyValues("wasm.defaults.limits.memory=1MB", MODULE + "profile=high-performance",
					MODULE + "limits.module.branch-targets=17")
			.run((context) -> {
				SandboxLimits limits = context.getBean(WasmSandbox.class).info().limits();
				SandboxLimits profile = LimitProfile.HIGH_PERFORMANCE.limits();
				assertThat(limits).isEqualTo(profile.withModule(profile.module().with(ModuleLimit.BRANCH_TARGETS, 17)));
			});
	}

	@Test
	void theDefaultProfileIsForModulesThatNameNone() {
		this.runner.withPropertyValues("wasm.defaults.profile=lightweight", "wasm.defaults.limits.module.imports=3")
			.run((context) -> {
				SandboxLimits profile = LimitProfile.LIGHTWEIGHT.limits();
				assertThat(context.getBean(WasmSandbox.class).info().limits())
					.isEqualTo(profile.withModule(profile.module().with(ModuleLimit.IMPORTS, 3)));
			});
	}

	@Test
	void onlyATrustedModuleGoesAboveTheCeiling() {
		String tooHigh = MODULE + "limits.module.functions=60000";
		this.runner.withPropertyValues(tooHigh)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("for an untrusted module"));
		this.runner.withPropertyValues(tooHigh, MODULE + "trust=trusted", MODULE + "limits.module-size=100MB")
			.run((context) -> {
				SandboxLimits limits = context.getBean(WasmSandbox.class).info().limits();
				assertThat(limits.module().trust()).isEqualTo(TrustLevel.TRUSTED);
				assertThat(limits.module().get(ModuleLimit.FUNCTIONS)).isEqualTo(60_000);
			});
	}

	@Test
	void featuresAreThoseNamedAndNoOther() {
		this.runner.withPropertyValues(MODULE + "features=multi-value,bulk-memory")
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).info().limits().module().features())
				.isEqualTo(Set.of(WasmFeature.MULTI_VALUE, WasmFeature.BULK_MEMORY)));
		this.runner.withPropertyValues(MODULE + "features=bulk-memory")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(ModuleRejectedException.class)
				.hasMessageContaining("features does not allow multi-value"));
	}

	@Test
	void aLimitOnTheBinaryIsEnforced() {
		this.runner.withPropertyValues(MODULE + "limits.module.functions=2")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("limits.module.functions allows 2"));
	}

	@ParameterizedTest
	@CsvSource({ "features=simd, does not run simd", "features=magic, wasm.modules.values.features",
			"trust=somewhat, wasm.modules.values.trust", "profile=huge, wasm.modules.values.profile",
			"limits.module.legs=4, legs", "limits.module.types=-1, limits.module.types must be between" })
	void wrongValuesFailTheStart(String property, String message) {
		this.runner.withPropertyValues(MODULE + property)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(message));
	}

	@Test
	void theBoundsOfCompilingAreThoseOfTheCache() {
		this.runner
			.withPropertyValues("wasm.compile.threads=3", "wasm.compile.queue-capacity=4", "wasm.compile.timeout=5s",
					"wasm.compile.max-bytes-in-flight=6MB")
			.run((context) -> {
				var settings = context.getBean(ModuleCache.class).compileSettings();
				assertThat(settings.threads()).isEqualTo(3);
				assertThat(settings.queueCapacity()).isEqualTo(4);
				assertThat(settings.timeout()).hasSeconds(5);
				assertThat(settings.maxBytesInFlight()).isEqualTo(6 << 20);
			});
		this.runner.withPropertyValues("wasm.compile.threads=0")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("wasm.compile.threads"));
	}

}
