package dev.wasmsandbox.autoconfigure;

import java.time.Duration;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.pool.Tenants;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Quotas of tenants as they are configured. */
class TenantPropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class));

	@Test
	void thereAreNoQuotasUnlessSomeAreSet() {
		this.runner.run((context) -> {
			Tenants tenants = context.getBean(WasmSandboxes.class).tenants();
			assertThat(tenants.quota("anyone")).isEqualTo(TenantQuota.none());
			assertThat(tenants.maxKnown()).isEqualTo(Tenants.DEFAULT_MAX_KNOWN).isEqualTo(10_000);
		});
	}

	@Test
	void whoIsNamedHasTheDefaultsBesideItsOwn() {
		this.runner
			.withPropertyValues("wasm.tenants.default.max-concurrent-calls=4", "wasm.tenants.default.memory=8MB",
					"wasm.tenants.by-name.acme.memory=64MB", "wasm.tenants.by-name[eu.other].cpu-time-per-second=250ms",
					"wasm.tenants.max-known=7")
			.run((context) -> {
				Tenants tenants = context.getBean(WasmSandboxes.class).tenants();
				assertThat(tenants.quota("anyone")).isEqualTo(new TenantQuota(4, 8L << 20, null));
				assertThat(tenants.quota("acme")).isEqualTo(new TenantQuota(4, 64L << 20, null));
				assertThat(tenants.quota("eu.other")).isEqualTo(new TenantQuota(4, 8L << 20, Duration.ofMillis(250)));
				assertThat(tenants.maxKnown()).isEqualTo(7);
			});
	}

	@Test
	void aQuotaIsEnforced() {
		this.runner
			.withPropertyValues("wasm.modules.simple.location=classpath:wasm/simple_module.wasm",
					"wasm.modules.simple.pool.max-wait=0s", "wasm.tenants.by-name.acme.max-concurrent-calls=1")
			.run((context) -> {
				WasmSandbox acme = context.getBean(WasmSandbox.class).forTenant("acme");
				try (SandboxSession session = acme.openSession()) {
					assertThat(session.call("add", int.class, 1, 2)).isEqualTo(3);
					assertThatExceptionOfType(SandboxBusyException.class)
						.isThrownBy(() -> acme.call("add", int.class, 1, 2))
						.withMessageContaining("max-concurrent-calls of 1");
				}
			});
	}

	@Test
	void unknownNamesAndImpossibleValuesFailTheStart() {
		for (String property : new String[] { "wasm.tenants.defaults.memory=1MB", "wasm.tenants.by-name.acme.fuel=1",
				"wasm.tenants.default.max-concurrent-calls=0", "wasm.tenants.default.memory=0B",
				"wasm.tenants.by-name.acme.cpu-time-per-second=0s", "wasm.tenants.max-known=0",
				"wasm.tenants.default.max-concurrent-calls=many" }) {
			String name = property.substring(0, property.indexOf('='));
			this.runner.withPropertyValues(property)
				.run((context) -> assertThat(context).as(property).getFailure().hasStackTraceContaining(name));
		}
		this.runner.withPropertyValues("wasm.tenants.by-name[" + "x".repeat(201) + "].memory=1MB")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("A tenant's name must have"));
	}

}
