package dev.wasmsandbox.limits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ModuleLimitsTests {

	@ParameterizedTest
	@EnumSource
	void profilesOnlyRiseAndStayWithinTheCeilings(ModuleLimit limit) {
		assertThat(limit.in(LimitProfile.LIGHTWEIGHT)).isPositive()
			.isLessThanOrEqualTo(limit.in(LimitProfile.STANDARD));
		assertThat(limit.in(LimitProfile.STANDARD)).isLessThanOrEqualTo(limit.in(LimitProfile.HIGH_PERFORMANCE));
		assertThat(limit.in(LimitProfile.HIGH_PERFORMANCE)).isLessThanOrEqualTo(limit.ceiling(TrustLevel.UNTRUSTED));
		assertThat(limit.ceiling(TrustLevel.UNTRUSTED)).isLessThanOrEqualTo(limit.ceiling(TrustLevel.TRUSTED));
	}

	@ParameterizedTest
	@EnumSource
	void noLimitIsSetAboveItsCeiling(ModuleLimit limit) {
		for (TrustLevel trust : TrustLevel.values()) {
			ModuleLimits limits = ModuleLimits.defaults().withTrust(trust);
			long most = limit.ceiling(trust);
			assertThat(limits.with(limit, most).get(limit)).isEqualTo(most);
			assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> limits.with(limit, most + 1))
				.withMessageContaining(limit.property())
				.withMessageContaining("between 0 and " + most);
			assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> limits.with(limit, -1));
		}
	}

	@Test
	void whatOnlyATrustedModuleMayHaveIsNotKeptWhenTrustIsTakenAway() {
		ModuleLimits trusted = ModuleLimits.defaults()
			.withTrust(TrustLevel.TRUSTED)
			.with(ModuleLimit.FUNCTIONS, 500_000);
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> trusted.withTrust(TrustLevel.UNTRUSTED))
			.withMessageContaining("limits.module.functions must be between 0 and 50000 for an untrusted module")
			.withMessageContaining("with trust=trusted it may be up to 1000000");
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> SandboxLimits.defaults().withModuleBytes(65L << 20))
			.withMessageContaining("with trust=trusted");
		assertThat(SandboxLimits.defaults().withModule(trusted).withModuleBytes(65L << 20).moduleBytes())
			.isEqualTo(65L << 20);
	}

	@Test
	void featuresTheEngineLacksCannotBeAllowed() {
		assertThat(ModuleLimits.defaults().features()).isEqualTo(WasmFeature.allSupported());
		for (WasmFeature feature : EnumSet.complementOf(EnumSet.copyOf(WasmFeature.allSupported()))) {
			assertThatExceptionOfType(IllegalArgumentException.class)
				.isThrownBy(() -> ModuleLimits.defaults().withFeatures(Set.of(feature)))
				.withMessageContaining("does not run " + feature.text());
		}
	}

	@Test
	void everyNumberIsInTheDocumentation() throws IOException {
		String page = Files.readString(Path.of("../docs/limits.md"));
		for (ModuleLimit limit : ModuleLimit.values()) {
			assertThat(page).contains(String.format(Locale.ROOT, "| `%s` | %,d | %,d | %,d | %,d | %,d |", limit.text(),
					limit.in(LimitProfile.LIGHTWEIGHT), limit.in(LimitProfile.STANDARD),
					limit.in(LimitProfile.HIGH_PERFORMANCE), limit.ceiling(TrustLevel.UNTRUSTED),
					limit.ceiling(TrustLevel.TRUSTED)));
		}
		for (WasmFeature feature : WasmFeature.values()) {
			assertThat(page).contains("`" + feature.text() + "`");
		}
		assertThat(page).contains("| `memory` | 16 MB | 64 MB | 512 MB |")
			.contains("| `call-timeout` | 250 ms | 1 s | 10 s |")
			.contains("| `module-size` | 4 MB | 32 MB | 64 MB |");
	}

}
