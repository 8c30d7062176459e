package dev.wasmsandbox.actuate;

import java.time.Duration;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.TenantsDescriptor.TenantDescriptor;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.metrics.WasmTenantMetrics;
import dev.wasmsandbox.module.ModuleSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What the endpoint and the meters say about tenants. */
class TenantsDescriptorTests {

	private final WasmSandboxes sandboxes = WasmSandboxes.builder()
		.tenantQuota("acme", new TenantQuota(1, 1L << 20, Duration.ofMillis(1_500)))
		.build();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final WasmSandbox module = this.sandboxes.load(ModuleDefinition.named("memory_test")
		.source(ModuleSource.of(Fixtures.bytes("memory_test")))
		.pool(new PoolSettings(8, Duration.ZERO))
		.build());

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private TenantsDescriptor shown() {
		return new WasmEndpoint(this.sandboxes).modules().tenants();
	}

	@Test
	void showsWhatATenantUsesAndMayUse() {
		assertThat(shown()).isEqualTo(new TenantsDescriptor(0, 10_000, 0, java.util.List.of()));
		WasmSandbox acme = this.module.forTenant("acme");
		try (SandboxSession session = acme.openSession()) {
			assertThat(session.instanceId()).isNotEmpty();
			assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(acme::openSession);
			TenantsDescriptor shown = shown();
			assertThat(shown.known()).isEqualTo(1);
			assertThat(shown.refused()).isEqualTo(1);
			TenantDescriptor tenant = shown.top().getFirst();
			assertThat(tenant.name()).isEqualTo("acme");
			assertThat(tenant.running()).isEqualTo(1);
			assertThat(tenant.waiting()).isZero();
			assertThat(tenant.refused()).isEqualTo(1);
			assertThat(tenant.memoryBytes()).isEqualTo(65_536);
			assertThat(tenant.maxConcurrentCalls()).isEqualTo(1);
			assertThat(tenant.maxMemoryBytes()).isEqualTo(1 << 20);
			assertThat(tenant.cpuMillisPerSecond()).isEqualTo(1_500);
		}
		this.module.forTenant("b").call("size", int.class);
		assertThat(shown().top()).extracting(TenantDescriptor::name).containsExactlyInAnyOrder("acme", "b");
		assertThat(shown().top()).filteredOn((tenant) -> tenant.name().equals("b")).first().satisfies((tenant) -> {
			assertThat(tenant.running()).isZero();
			assertThat(tenant.memoryBytes()).isZero();
			assertThat(tenant.maxConcurrentCalls()).isNull();
			assertThat(tenant.maxMemoryBytes()).isNull();
			assertThat(tenant.cpuMillisPerSecond()).isNull();
		});
	}

	@Test
	void theAnswerIsBoundedWhateverNamesThereAre() {
		for (int i = 0; i < 200; i++) {
			this.module.forTenant("tenant " + i).call("size", int.class);
		}
		assertThat(shown().known()).isEqualTo(200);
		assertThat(shown().top()).hasSize(50);
	}

	@Test
	void metersAreSumsWithoutNames() {
		new WasmTenantMetrics(this.sandboxes).bindTo(this.registry);
		WasmSandbox acme = this.module.forTenant("acme");
		try (SandboxSession one = acme.openSession(); SandboxSession two = this.module.forTenant("b").openSession()) {
			assertThat(one.instanceId()).isNotEqualTo(two.instanceId());
			assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(acme::openSession);
			assertThat(this.registry.get("wasm.tenants.known").gauge().value()).isEqualTo(2);
			assertThat(calls("running")).isEqualTo(2);
			assertThat(calls("waiting")).isZero();
			assertThat(this.registry.get("wasm.tenants.refused").functionCounter().count()).isEqualTo(1);
		}
		assertThat(calls("running")).isZero();
		assertThat(this.registry.getMeters()).hasSize(4)
			.allSatisfy((meter) -> assertThat(meter.getId().getTags())
				.allSatisfy((tag) -> assertThat(tag.getKey()).isEqualTo("state")));
	}

	private double calls(String state) {
		return this.registry.get("wasm.tenants.calls").tag("state", state).gauge().value();
	}

}
