package dev.wasmsandbox;

import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.observe.CallStatistics;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.PoolControl;
import dev.wasmsandbox.pool.TenantCaller;
import dev.wasmsandbox.pool.Tenants;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation: a module's versions, of which one is in service, and its
 * counters. The views of tenants share all of them. A call whose lease is refused because
 * its version was replaced just then goes to the version that is in service instead.
 */
final class DefaultWasmSandbox implements WasmSandbox {

	private final String name;

	private final ModuleVersions versions;

	private final AsyncCalls asyncCalls;

	private final Tenants tenants;

	private final Runnable whenClosed;

	private final CallStatistics statistics;

	private final AtomicLong sessions;

	/** In whose name calls are made; {@code null} for nobody. */
	private final @Nullable TenantCaller tenant;

	DefaultWasmSandbox(ModuleVersions versions, AsyncCalls asyncCalls, Tenants tenants, Runnable whenClosed) {
		this.name = versions.definition().name();
		this.versions = versions;
		this.asyncCalls = asyncCalls;
		this.tenants = tenants;
		this.whenClosed = whenClosed;
		this.statistics = new CallStatistics();
		this.sessions = new AtomicLong();
		this.tenant = null;
	}

	private DefaultWasmSandbox(DefaultWasmSandbox same, TenantCaller tenant) {
		this.name = same.name;
		this.versions = same.versions;
		this.asyncCalls = same.asyncCalls;
		this.tenants = same.tenants;
		this.whenClosed = same.whenClosed;
		this.statistics = same.statistics;
		this.sessions = same.sessions;
		this.tenant = tenant;
	}

	@Override
	public WasmSandbox forTenant(String name) {
		return new DefaultWasmSandbox(this, this.tenants.caller(name));
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public ModuleInfo info() {
		return this.versions.current().info();
	}

	@Override
	public SandboxStatistics statistics() {
		return new SandboxStatistics(this.statistics.byOutcome(), pool().statistics());
	}

	@Override
	public PoolControl pool() {
		return this.versions.pool();
	}

	@Override
	public <T extends @Nullable Object> T call(String function, Class<T> resultType, Object... arguments) {
		ModuleVersion version = this.versions.current();
		ModuleExport export = counted(() -> version.resolve(function));
		long[] raw = counted(() -> check(export, resultType, arguments));
		return Conversions.result(signature(export), resultType, invokeClean(version, export, raw, null));
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(String function, Class<T> resultType,
			Object... arguments) {
		try {
			ModuleExport export = counted(() -> this.versions.current().resolve(function));
			long[] raw = counted(() -> check(export, resultType, arguments));
			this.versions.requireOpen();
			AsyncCall<T> call = new AsyncCall<>(this, export, resultType, raw);
			this.asyncCalls.execute(call, this.tenant);
			return call;
		}
		catch (RejectedExecutionException ex) {
			this.statistics.record(Outcome.BUSY, 1);
			return CompletableFuture.failedFuture(new SandboxBusyException(name(), function,
					"too many asynchronous calls are waiting; raise async.queue-capacity or call less often", ex));
		}
		catch (WasmSandboxException | IllegalStateException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public WasmFunction export(String function) {
		ModuleVersion version = this.versions.current();
		return new InCleanInstance(version, version.resolve(function));
	}

	@Override
	public SandboxSession openSession() {
		return openSession(name() + "-" + this.sessions.incrementAndGet());
	}

	@Override
	public SandboxSession openSession(String instanceId) {
		Objects.requireNonNull(instanceId, "instanceId");
		return counted(() -> {
			ModuleVersion version = this.versions.current();
			while (true) {
				try {
					return new SandboxSession(instanceId, version.pool(),
							version.pool().acquire(this.tenant, instanceId), this.statistics);
				}
				catch (IllegalStateException ex) {
					version = this.versions.insteadOf(version, ex);
				}
			}
		});
	}

	@Override
	public SandboxSession openSession(SessionOptions options) {
		String instanceId = options.instanceId();
		SandboxSession session = (instanceId != null) ? openSession(instanceId) : openSession();
		try {
			session.launch(options);
			return session;
		}
		catch (RuntimeException ex) {
			session.close();
			throw ex;
		}
	}

	@Override
	public void close() {
		if (this.versions.close()) {
			this.whenClosed.run();
		}
	}

	/** The versions that this is a handle on. */
	ModuleVersions versions() {
		return this.versions;
	}

	private long[] check(ModuleExport export, Class<?> resultType, Object[] arguments) {
		Conversions.requireResult(name(), export.name(), signature(export), resultType);
		return Conversions.arguments(name(), export.name(), signature(export), arguments);
	}

	FunctionSignature signature(ModuleExport export) {
		return Objects.requireNonNull(export.signature());
	}

	/** As {@link #invokeClean}, by the version in service, whenever it was resolved. */
	long @Nullable [] invokeAsync(ModuleExport resolved, long[] arguments, AsyncCall<?> async) {
		ModuleVersion version = this.versions.current();
		return invokeClean(version, version.resolve(resolved.name()), arguments, async);
	}

	/**
	 * Leases, calls, gives back and counts.
	 * @param resolvedIn the version whose export the function is
	 */
	private long @Nullable [] invokeClean(ModuleVersion resolvedIn, ModuleExport resolved, long[] arguments,
			@Nullable AsyncCall<?> async) {
		ModuleVersion version = resolvedIn;
		ModuleExport function = resolved;
		GuestInstance guest = null;
		Outcome outcome = Outcome.ERROR;
		try {
			while (guest == null) {
				try {
					guest = version.pool().acquireForCall(this.tenant);
				}
				catch (IllegalStateException ex) {
					version = this.versions.insteadOf(version, ex);
					function = version.resolve(function.name());
				}
			}
			if (async != null && !async.begin(guest)) {
				throw new SandboxInterruptedException(name(), function.name(), "the call was cancelled", null);
			}
			long[] results = guest.call(function, arguments);
			outcome = Outcome.SUCCESS;
			return results;
		}
		catch (WasmSandboxException ex) {
			outcome = Outcomes.of(ex);
			throw ex;
		}
		finally {
			this.statistics.record(outcome, 1);
			if (guest != null) {
				version.pool().release(guest);
			}
		}
	}

	private <T> T counted(java.util.function.Supplier<T> step) {
		try {
			return step.get();
		}
		catch (WasmSandboxException ex) {
			this.statistics.record(Outcomes.of(ex), 1);
			throw ex;
		}
	}

	static ModuleExport resolve(String moduleName, CompiledModule code, String function) {
		ModuleExport export = code.functions().get(function);
		if (export == null) {
			throw new GuestAbiException(moduleName, function, "no such function is exported; there "
					+ (code.functions().isEmpty() ? "are none" : "are " + known(code)), null);
		}
		return export;
	}

	private static String known(CompiledModule code) {
		TreeSet<String> names = new TreeSet<>(code.functions().keySet());
		int shown = 20;
		String list = String.join(", ", names.stream().limit(shown).toList());
		return (names.size() > shown) ? list + " and " + (names.size() - shown) + " more" : list;
	}

	/** It holds no version, so that a function kept for long keeps none alive. */
	private final class InCleanInstance extends ResolvedFunction {

		/** Of the version used last. Immutable, so any that a thread sees is whole. */
		private Resolved last;

		InCleanInstance(ModuleVersion version, ModuleExport export) {
			super(DefaultWasmSandbox.this.name(), export);
			this.last = new Resolved(version.number(), export);
		}

		@Override
		long @Nullable [] invoke(ModuleExport function, long[] arguments) {
			ModuleVersion version = DefaultWasmSandbox.this.versions.current();
			Resolved resolved = this.last;
			if (resolved.version() != version.number()) {
				resolved = new Resolved(version.number(), version.resolve(name()));
				this.last = resolved;
			}
			return invokeClean(version, resolved.export(), arguments, null);
		}

	}

	/** An export and the number of the version it is of, which has its index. */
	private record Resolved(int version, ModuleExport export) {
	}

}
