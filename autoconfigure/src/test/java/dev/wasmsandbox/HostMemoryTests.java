package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryBudget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/** What the host keeps for plug-ins of Extism counts as their memory does. */
@ParameterizedClass
@EnumSource
class HostMemoryTests {

	private static final int MIB = 1 << 20;

	private static final long LIMIT = 8L * MIB;

	@Parameter
	@SuppressWarnings("NullAway.Init")
	private MemoryBackend backend;

	@SuppressWarnings("NullAway.Init")
	private WasmSandboxes all;

	@SuppressWarnings("NullAway.Init")
	private MemoryBudget budget;

	private WasmSandbox load(SnapshotPoint snapshot) {
		assumeThat(this.backend == MemoryBackend.MAPPED && MemoryBackend.detect() != this.backend).isFalse();
		this.all = WasmSandboxes.builder()
			.backend(this.backend)
			.totalMemory(LIMIT)
			.tenantQuota("acme", TenantQuota.none().withMemory(4L * MIB))
			.build();
		this.budget = this.all.memoryBudget();
		return this.all.load(ModuleDefinition.named("plugin")
			.source(TestModules.source("extism_c"))
			.limits(SandboxLimits.defaults().withMemoryBytes(64L * MIB))
			.snapshot(snapshot)
			.build());
	}

	@AfterEach
	void closedNothingIsCounted() {
		if (this.all != null) {
			this.all.close();
			assertThat(this.budget.counted()).isZero();
		}
	}

	@Test
	void aPluginCannotExceedTheTotal() {
		WasmSandbox plugin = load(SnapshotPoint.NONE);
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> plugin.call("hog", String.class))
				.satisfies((ex) -> {
					assertThat(ex.limit()).isEqualTo("limits.total-memory");
					assertThat(ex.value()).isEqualTo(LIMIT);
					assertThat(ex.moduleName()).isEqualTo("plugin");
				});
			assertThatExceptionOfType(SandboxLimitException.class).as("nor by its input")
				.isThrownBy(() -> plugin.call("echo", byte[].class, new byte[9 * MIB]))
				.satisfies((ex) -> assertThat(ex.limit()).isEqualTo("limits.total-memory"));
			assertThat(plugin.pool().memory().grown()).isZero();
		}
		assertThat(plugin.call("echo", byte[].class, new byte[2 * MIB])).hasSize(2 * MIB);
	}

	@Test
	void itIsGivenBackWhenTheLeaseEnds() {
		WasmSandbox plugin = load(SnapshotPoint.AFTER_START);
		long before = this.budget.counted();
		try (SandboxSession first = plugin.openSession()) {
			first.call("echo", String.class, "x".repeat(2 * MIB));
			long held = this.budget.counted() - before;
			assertThat(held).isBetween(4L * MIB, 6L * MIB);
			assertThat(plugin.pool().memory().grown()).isEqualTo(held);
			first.call("echo", String.class, "the same memory again");
			assertThat(this.budget.counted() - before).isEqualTo(held);
			try (SandboxSession second = plugin.openSession()) {
				assertThatExceptionOfType(SandboxLimitException.class)
					.isThrownBy(() -> second.call("echo", String.class, "x".repeat(5 * MIB)));
				assertThat(second.call("echo", String.class, "the session goes on")).isEqualTo("the session goes on");
			}
			assertThat(this.budget.counted() - before).isEqualTo(held);
		}
		assertThat(this.budget.counted()).isEqualTo(before);
		try (SandboxSession variables = plugin.openSession()) {
			variables.call("set_var", void.class, "name=" + "x".repeat(500_000));
			long held = this.budget.counted() - before;
			variables.call("set_var", void.class, "name=" + "y".repeat(500_000));
			assertThat(this.budget.counted() - before).isEqualTo(held);
			assertThat(held).isGreaterThan(3 * 500_000L);
		}
		assertThat(this.budget.counted()).isEqualTo(before);
	}

	@Test
	void aTenantPaysForIt() {
		WasmSandbox plugin = load(SnapshotPoint.NONE);
		WasmSandbox acme = plugin.forTenant("acme");
		assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> acme.call("hog", String.class))
			.satisfies((ex) -> assertThat(ex.limit()).isEqualTo("tenants.memory"))
			.withMessageContaining("its tenant's quota memory of " + 4 * MIB + " bytes is used up");
		assertThat(this.all.tenants().statistics()).isNotEmpty()
			.allSatisfy((tenant) -> assertThat(tenant.memory()).isZero());
		assertThat(acme.call("echo", String.class, "x".repeat(MIB))).hasSize(MIB);
		assertThat(plugin.call("echo", byte[].class, new byte[3 * MIB])).as("nobody's").hasSize(3 * MIB);
	}

	@Test
	void manyThreadsStayWithinIt() throws Exception {
		WasmSandbox plugin = load(SnapshotPoint.NONE);
		long before = this.budget.counted();
		try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
			List<Future<?>> running = new ArrayList<>();
			for (int thread = 0; thread < 6; thread++) {
				byte[] input = new byte[(thread + 1) * 500_000];
				running.add(threads.submit(() -> {
					for (int i = 0; i < 50; i++) {
						try {
							assertThat(plugin.call("echo", byte[].class, input)).hasSize(input.length);
						}
						catch (WasmSandboxException ex) {
							assertThat(ex).isInstanceOf(SandboxLimitException.class);
						}
						assertThat(this.budget.counted()).isLessThanOrEqualTo(LIMIT);
					}
				}));
			}
			for (Future<?> one : running) {
				one.get();
			}
		}
		assertThat(plugin.pool().memory().grown()).isZero();
		assertThat(this.budget.counted()).isLessThanOrEqualTo(before + MIB);
	}

}
