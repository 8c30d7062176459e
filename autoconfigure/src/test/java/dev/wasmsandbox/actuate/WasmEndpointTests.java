package dev.wasmsandbox.actuate;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.ModuleDescriptors.ExportDescriptor;
import dev.wasmsandbox.actuate.ModuleDescriptors.ModuleDescriptor;
import dev.wasmsandbox.actuate.ModuleDescriptors.PoolDescriptor;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.UnknownModuleException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.TrustLevel;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.wasi.WasiDirectory;
import dev.wasmsandbox.wasi.WasiRandom;
import dev.wasmsandbox.wasi.WasiSettings;
import dev.wasmsandbox.wasi.WasiStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class WasmEndpointTests {

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().build();

	private final WasmEndpoint endpoint = new WasmEndpoint(this.sandboxes);

	@TempDir
	Path folder;

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private WasmSandbox load(String name) {
		return this.sandboxes.load(ModuleDefinition.named(name).source(ModuleSource.of(Fixtures.bytes(name))).build());
	}

	@Test
	void showsNothingWhereNothingIsLoaded() {
		assertThat(this.endpoint.modules().modules()).isEmpty();
		assertThat(this.endpoint.modules().cache().modules()).isZero();
	}

	@Test
	void showsModulesByNameAndForgetsThemWhenTheyAreUnloaded() {
		load("values");
		load("simple_module");
		assertThat(this.endpoint.modules().modules()).extracting(ModuleDescriptor::name)
			.containsExactly("simple_module", "values");
		this.sandboxes.unload("values");
		assertThat(this.endpoint.modules().modules()).extracting(ModuleDescriptor::name)
			.containsExactly("simple_module");
		assertThat(this.endpoint.module("values")).isNull();
	}

	@Test
	void showsWhatABinaryHoldsAndMayHold() {
		load("values");
		BinaryDescriptor binary = Objects.requireNonNull(this.endpoint.module("values")).binary();
		assertThat(binary.trust()).isEqualTo(TrustLevel.UNTRUSTED);
		assertThat(binary.features()).containsExactly("multi-value");
		assertThat(binary.allowedFeatures()).contains("multi-value", "tail-calls").doesNotContain("simd");
		assertThat(binary.functions()).isEqualTo(8);
		assertThat(binary.sectionBytes()).containsOnlyKeys("type", "function", "export", "code");
		assertThat(binary.limits()).hasSize(ModuleLimit.values().length).containsEntry("table-elements", 100_000L);
	}

	@Test
	void countsCallsByOutcome() {
		WasmSandbox traps = load("traps");
		traps.call("ok", int.class);
		traps.call("ok", int.class);
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> traps.call("unreachable", void.class));
		ModuleDescriptor module = this.endpoint.modules().modules().getFirst();
		assertThat(module.calls().total()).isEqualTo(3);
		assertThat(module.calls().errors()).isEqualTo(1);
		assertThat(module.calls().byOutcome()).containsEntry(Outcome.SUCCESS, 2L)
			.containsEntry(Outcome.TRAP, 1L)
			.containsEntry(Outcome.TIMEOUT, 0L)
			.hasSameSizeAs(Outcome.values());
	}

	@Test
	void showsThePool() {
		WasmSandbox state = load("state");
		PoolDescriptor quiet = this.endpoint.modules().modules().getFirst().pool();
		try (SandboxSession session = state.openSession()) {
			assertThat(session).isNotNull();
			PoolDescriptor busy = this.endpoint.modules().modules().getFirst().pool();
			assertThat(busy.leased()).isEqualTo(quiet.leased() + 1).isEqualTo(1);
			assertThat(busy.maxSize()).isEqualTo(64);
		}
	}

	@Test
	void showsWhatThePoolDid() {
		WasmSandbox traps = load("traps");
		traps.call("ok", int.class);
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> traps.call("unreachable", void.class));
		PoolDescriptor pool = this.endpoint.modules().modules().getFirst().pool();
		assertThat(pool.created()).isEqualTo(1);
		assertThat(pool.discarded()).isEqualTo(1);
		assertThat(pool.leaksSuspected()).isZero();
		assertThat(pool.resetStrategy()).isEqualTo(ResetStrategy.safe());
		assertThat(pool.resets()).hasSize(ResetStrategy.values().length).containsEntry(ResetStrategy.safe(), 2L);
		assertThat(pool.writtenBytesPerReset()).isNull();
	}

	@Test
	void showsMemoryOnlyWhereThereIsSome() {
		load("simple_module");
		load("memory_test");
		assertThat(this.endpoint.modules().modules()).extracting(ModuleDescriptor::memory)
			.containsExactly(new ModuleDescriptors.MemoryDescriptor(1, 64, 1024), null);
	}

	@Test
	void showsWhatSandboxesTakeInMemory() {
		WasmSandbox memory = load("memory_test");
		try (SandboxSession session = memory.openSession()) {
			session.call("grow", int.class, 2);
			session.call("store", void.class, 0, 1);
			assertThat(this.endpoint.modules().modules().getFirst().memoryUse()).satisfies((use) -> {
				assertThat(use.grownBytes()).isGreaterThanOrEqualTo(2 * 65_536);
				assertThat(use.leasedBytes()).isEqualTo(3 * 65_536);
				assertThat(use.residentLeasedBytes()).isPositive();
				assertThat(use.residentIdleBytes()).isZero();
			});
			assertThat(this.endpoint.module("memory_test")).isNotNull()
				.satisfies((module) -> assertThat(module.memoryUse().leasedBytes()).isEqualTo(3 * 65_536));
			assertThat(this.endpoint.modules().memory().countedBytes()).isGreaterThanOrEqualTo(2 * 65_536);
			assertThat(this.endpoint.modules().memory().limitBytes()).isNull();
		}
	}

	@Test
	void showsTheLimitOnAllMemory() {
		try (WasmSandboxes limited = WasmSandboxes.builder().totalMemory(12_345).build()) {
			assertThat(new WasmEndpoint(limited).modules().memory())
				.isEqualTo(new MemoryDescriptors.BudgetDescriptor(0, 12_345L));
		}
	}

	@Test
	void showsTheInterfaceOfOneModule() {
		load("values");
		assertThat(this.endpoint.module("values")).satisfies((module) -> {
			assertThat(module).isNotNull();
			assertThat(module.exports()).contains(new ExportDescriptor("swap", "function", "(i32, i64) -> (i64, i32)"));
			assertThat(module.imports()).isEmpty();
			assertThat(module.limits().callTimeoutMillis()).isEqualTo(1000.0);
			assertThat(module.limits().poolMinIdle()).isZero();
			assertThat(module.limits().poolKeepAliveMillis()).isEqualTo(60_000.0);
			assertThat(module.limits().poolLeakDetectionThresholdMillis()).isZero();
		});
	}

	@Test
	void showsWhatAModuleIsGrantedAndNoSecrets() {
		WasiSettings wasi = WasiSettings.builder()
			.arguments("tool", "secret-argument")
			.environment("TOKEN", "secret-value")
			.clocks(true)
			.random(WasiRandom.SECURE)
			.stdin(new byte[11])
			.stdout(WasiStream.CAPTURE)
			.directory(WasiDirectory.memory("/tmp").bounds(1_000, 10))
			.directory(WasiDirectory.host("/data", this.folder))
			.build();
		this.sandboxes.load(ModuleDefinition.named("granted")
			.source(ModuleSource.of(Fixtures.bytes("wasi_command")))
			.capabilities(List.of("mail", "http"))
			.wasi(wasi)
			.build());
		GrantsDescriptor grants = Objects.requireNonNull(this.endpoint.module("granted")).grants();
		assertThat(grants.capabilities()).containsExactly("http", "mail");
		assertThat(grants.wasi()).isEqualTo(new GrantsDescriptor.WasiDescriptor(2, List.of("TOKEN"), true, 1_000_000L,
				"secure", 11, "capture", "discard",
				List.of(new GrantsDescriptor.DirectoryDescriptor("/tmp", null, false, 1_000, 10),
						new GrantsDescriptor.DirectoryDescriptor("/data", this.folder.getFileName().toString(), true,
								WasiDirectory.DEFAULT_BYTES, WasiDirectory.DEFAULT_FILES)),
				1 << 20, 64));
		assertThat(grants.toString()).doesNotContain("secret-", this.folder.toString());
	}

	@Test
	void showsThatAModuleIsGrantedNothing() {
		load("values");
		assertThat(Objects.requireNonNull(this.endpoint.module("values")).grants())
			.isEqualTo(new GrantsDescriptor(List.of(), null));
	}

	@Test
	void showsWhatTheCacheDid() {
		load("values");
		this.sandboxes.load(ModuleDefinition.named("again").source(ModuleSource.of(Fixtures.bytes("values"))).build());
		assertThat(this.endpoint.modules().cache()).satisfies((cache) -> {
			assertThat(cache.modules()).isEqualTo(1);
			assertThat(cache.hits()).isEqualTo(1);
			assertThat(cache.misses()).isEqualTo(1);
			assertThat(cache.hitRate()).isEqualTo(0.5);
			assertThat(cache.loads()).isEqualTo(1);
			assertThat(cache.weightBytes()).isPositive().isLessThan(cache.maxWeightBytes());
			assertThat(cache.maxModules()).isEqualTo(100);
			assertThat(cache.averageLoadMillis()).isPositive();
		});
	}

	@Test
	void reloadsAndDrains() {
		WasmSandbox values = load("values");
		ModuleDescriptor before = this.endpoint.modules().modules().getFirst();
		assertThat(before.reloads()).isZero();
		assertThat(this.endpoint.act("values", "RELOAD", null).reloads()).isEqualTo(1);
		assertThat(this.endpoint.act("values", "reload", null).loadedAt()).isEqualTo(values.info().loadedAt())
			.isAfterOrEqualTo(before.loadedAt());
		assertThat(values.statistics().pool().idle()).isEqualTo(1);
		assertThat(this.endpoint.act("values", "drain", null).pool().idle()).isZero();
		assertThat(this.endpoint.act("values", "resize", 3).pool().maxSize()).isEqualTo(3);
		for (String action : List.of("resize", "reset-statistics")) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.endpoint.act("values", action, null));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> this.endpoint.act("values", "resize", 0));
		assertThatIllegalArgumentException().isThrownBy(() -> this.endpoint.act("values", "explode", null))
			.withMessageContaining("'explode'")
			.withMessageContaining("reload, drain, warm, resize, reset-statistics");
		assertThatExceptionOfType(UnknownModuleException.class)
			.isThrownBy(() -> this.endpoint.act("nobody", "reload", null));
	}

}
