package dev.wasmsandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.wasmsandbox.codec.Codecs;
import dev.wasmsandbox.compile.AotCompiler;
import dev.wasmsandbox.abi.AbiChoice;
import dev.wasmsandbox.abi.GuestAbis;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.engine.SandboxInspector;
import dev.wasmsandbox.engine.SnapshotPlan;
import dev.wasmsandbox.engine.Watchdog;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.memory.MemoryInspector;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.observe.WorkRecorder;
import dev.wasmsandbox.pool.InstancePool;
import dev.wasmsandbox.pool.PoolMaintenance;
import dev.wasmsandbox.pool.VirtualTurns;
import dev.wasmsandbox.pool.Tenants;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;

/**
 * A module loaded as the registry loads it, but over a memory backend and with a reset
 * strategy of the test's choice. Closing it ends all it started.
 */
final class HuntedModule implements AutoCloseable {

	private final Watchdog watchdog = new Watchdog();

	private final AsyncCalls threads = new AsyncCalls(new AsyncSettings(2, 10_000));

	private final PoolMaintenance maintenance = new PoolMaintenance();

	private final MemoryBudget budget = MemoryBudget.unlimited();

	private final SandboxFactory factory;

	private final InstancePool pool;

	private final WasmSandbox sandbox;

	HuntedModule(String fixture, MemoryBackend backend, ResetStrategy strategy, PoolSettings settings,
			Duration timeout) {
		this(fixture, backend, strategy, settings, timeout, SnapshotPlan.NONE);
	}

	HuntedModule(String fixture, MemoryBackend backend, ResetStrategy strategy, PoolSettings settings, Duration timeout,
			SnapshotPlan snapshot) {
		byte[] bytes = Fixtures.bytes(fixture);
		SandboxLimits limits = SandboxLimits.defaults().withMemoryBytes(1 << 20).withCallTimeout(timeout);
		ModuleReport report = ModuleScreener.screen(fixture, bytes, limits);
		AotCompiler.Result compiled = new AotCompiler().compile(fixture, bytes, report, false);
		this.factory = new SandboxFactory(fixture, compiled.code(), List.of(), limits, this.watchdog, backend,
				settings.maxSize() + 2, snapshot, PlainImports.globals(fixture), this.budget);
		SandboxInspector.useOnly(this.factory, strategy);
		this.pool = new InstancePool(fixture, this.factory, settings, this.maintenance,
				new VirtualTurns(VirtualTurns.UNLIMITED));
		ModuleInfo info = new ModuleInfo(fixture, fixture, ModuleCache.digest(bytes), report, compiled.tier(),
				compiled.elapsed(), compiled.code().codeBytes(), limits, settings, Set.of(), null, Instant.EPOCH, 0,
				"numeric", snapshot.afterStart() ? SnapshotPoint.AFTER_START : SnapshotPoint.NONE, 0);
		ModuleDefinition definition = ModuleDefinition.named(fixture).source(TestModules.source(fixture)).build();
		ModuleVersions versions = new ModuleVersions(definition,
				new ModuleVersion(info, compiled.code(), this.pool,
						new BoundFunctions(fixture, report,
								new GuestAbis(List.of()).choose(fixture, AbiChoice.auto(), report),
								new TypedClients(fixture, Codecs.standard(), "json")),
						WorkRecorder.NONE));
		Tenants tenants = new Tenants(TenantQuota.none(), Map.of(), 100, this.maintenance::soon);
		this.sandbox = new DefaultWasmSandbox(versions, this.threads, tenants, null, () -> {
		});
	}

	WasmSandbox sandbox() {
		return this.sandbox;
	}

	/** Has its idle sandboxes give their pages back, as for somebody in need. */
	void wantIdleBack() {
		MemoryInspector.wantIdleBack(this.factory.account());
	}

	/** What is counted of its memory. */
	MemoryBudget budget() {
		return this.budget;
	}

	/** How the pool's next sandbox differs from a new one. */
	List<String> differencesFromNew() {
		GuestInstance used = this.pool.acquire();
		try {
			return SandboxInspector.differencesFromNew(used, this.factory);
		}
		finally {
			this.pool.release(used);
		}
	}

	@Override
	public void close() {
		this.sandbox.close();
		this.threads.close();
		this.maintenance.close();
		this.watchdog.close();
	}

}
