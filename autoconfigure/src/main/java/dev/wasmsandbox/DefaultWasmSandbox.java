package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.BoundFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.observe.CallRecorder;
import dev.wasmsandbox.observe.CallStatistics;
import dev.wasmsandbox.observe.CallTracer;
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

	/** No export is called so: under what failures to open a session are counted. */
	private static final String NO_FUNCTION = "";

	private final String name;

	private final ModuleVersions versions;

	private final AsyncCalls asyncCalls;

	private final Tenants tenants;

	private final Runnable whenClosed;

	private final CallStatistics statistics;

	private final AtomicLong sessions;

	/** In whose name calls are made; {@code null} for nobody. */
	private final @Nullable TenantCaller tenant;

	private final CleanCalls cleanCalls;

	DefaultWasmSandbox(ModuleVersions versions, AsyncCalls asyncCalls, Tenants tenants, @Nullable CallTracer tracer,
			Runnable whenClosed) {
		this.name = versions.definition().name();
		this.versions = versions;
		this.asyncCalls = asyncCalls;
		this.tenants = tenants;
		this.whenClosed = whenClosed;
		this.statistics = new CallStatistics();
		this.sessions = new AtomicLong();
		this.tenant = null;
		this.cleanCalls = (tracer != null) ? TracedCalls.of(versions, this.statistics, tracer)
				: new CleanCalls(versions, this.statistics, null);
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
		this.cleanCalls = same.cleanCalls.inTheNameOf(tenant);
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
		if (TypedValues.needed(version.code(), function, resultType, arguments)) {
			return counted(function, () -> typed(version, function, resultType, arguments)).run(null);
		}
		ModuleExport export = counted(function, () -> version.resolve(function));
		long[] raw = counted(function, () -> check(export, resultType, arguments));
		CallRecorder calls = version.work().function(function);
		return Conversions.result(signature(export), resultType,
				this.cleanCalls.call(version, export, calls, raw, null));
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(String function, Class<T> resultType,
			Object... arguments) {
		return submit(function, () -> work(function, resultType, arguments));
	}

	/**
	 * Has a call run on a thread of the library's.
	 * @param maker makes the call; its failure is that of the future
	 */
	<T extends @Nullable Object> CompletableFuture<T> submit(String function, Supplier<AsyncCall.Work<T>> maker) {
		try {
			AsyncCall.Work<T> work = counted(function, maker);
			this.versions.requireOpen();
			AsyncCall<T> call = this.cleanCalls.async(work);
			this.asyncCalls.execute(call, this.tenant);
			return call;
		}
		catch (RejectedExecutionException ex) {
			SandboxBusyException busy = new SandboxBusyException(name(), function,
					"too many asynchronous calls are waiting; raise async.queue-capacity or call less often", ex);
			refused(function, busy);
			return CompletableFuture.failedFuture(busy);
		}
		catch (WasmSandboxException | IllegalStateException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public <T extends @Nullable Object> T callWithLargeData(String function, Class<T> resultType, Object... data) {
		return callTyped(function, resultType, data);
	}

	@Override
	public <R, T extends @Nullable Object> T callWithLargeData(String function, Class<R> resultType,
			Function<MemorySegment, T> reader, Object... data) {
		TypedCall made = counted(function, () -> TypedCall.readable(name(), function, resultType, data,
				this.versions.current().functions().clients().forms()));
		BoundFunction bound = counted(function, () -> bind(function, made.shape()));
		return made.read(bound, reader);
	}

	/** A call by the module's convention, for functions that were resolved. */
	<T extends @Nullable Object> T callTyped(String function, Class<T> resultType, Object[] arguments) {
		return counted(function, () -> typed(this.versions.current(), function, resultType, arguments)).run(null);
	}

	/** What runs later, perhaps in a later version. */
	private <T extends @Nullable Object> AsyncCall.Work<T> work(String function, Class<T> resultType,
			Object[] arguments) {
		ModuleVersion version = this.versions.current();
		if (TypedValues.needed(version.code(), function, resultType, arguments)) {
			AsyncArguments.requireReadable(name(), function, arguments);
			return typed(version, function, resultType, arguments);
		}
		ModuleExport export = version.resolve(function);
		FunctionSignature signature = signature(export);
		long[] raw = check(export, resultType, arguments);
		CallRecorder calls = version.work().function(function);
		return (call) -> {
			ModuleVersion now = this.versions.current();
			return Conversions.result(signature, resultType,
					this.cleanCalls.call(now, now.resolve(function), calls, raw, call));
		};
	}

	private <T extends @Nullable Object> AsyncCall.Work<T> typed(ModuleVersion version, String function,
			Class<T> resultType, Object[] arguments) {
		TypedCall made = TypedCall.of(name(), function, resultType, arguments, version.functions().clients().forms());
		CleanCalls.Typed bound = new CleanCalls.Typed(function, made.shape(), version);
		return (call) -> {
			this.cleanCalls.call(bound, made.values(), call);
			return made.result(resultType);
		};
	}

	/**
	 * A function for values of some kinds, each of whose calls runs in a clean instance.
	 * @throws GuestAbiException if the module's convention has no such function for them
	 */
	BoundFunction bind(String function, CallShape shape) {
		CleanCalls.Typed bound = new CleanCalls.Typed(function, shape, this.versions.current());
		return (values) -> this.cleanCalls.call(bound, values, null);
	}

	/**
	 * Runs a function in a clean instance, for clients.
	 * @param numeric whether it is an export that takes the numbers of the call
	 */
	void run(String function, CallShape shape, boolean numeric, AbiCall values, @Nullable AsyncCall<?> async) {
		if (numeric) {
			long[] raw = new long[values.size()];
			for (int i = 0; i < raw.length; i++) {
				raw[i] = values.number(i);
			}
			ModuleVersion version = this.versions.current();
			long[] results = this.cleanCalls.call(version, version.resolve(function), version.work().function(function),
					raw, async);
			values.answer((results != null && results.length > 0) ? results[0] : 0);
		}
		else {
			this.cleanCalls.call(new CleanCalls.Typed(function, shape, this.versions.current()), values, async);
		}
	}

	@Override
	public <T> T as(Class<T> client) {
		ModuleVersion version = this.versions.current();
		return counted(NO_FUNCTION,
				() -> version.functions()
					.clients()
					.make(client, new SandboxClientBinder(this), version.code().functions().keySet(),
							"module '" + name() + "'"));
	}

	/** Whether a function of this name is exported. */
	boolean exports(String function) {
		return this.versions.current().code().functions().containsKey(function);
	}

	@Override
	public ResolvedFunction export(String function) {
		ModuleVersion version = this.versions.current();
		return new CleanFunction(this, this.versions, this.cleanCalls, version, version.resolve(function));
	}

	@Override
	public SandboxSession openSession() {
		return openSession(name() + "-" + this.sessions.incrementAndGet());
	}

	@Override
	public SandboxSession openSession(String instanceId) {
		Objects.requireNonNull(instanceId, "instanceId");
		return counted(NO_FUNCTION, () -> {
			ModuleVersion version = this.versions.current();
			SessionWork work = this.cleanCalls.session(version.work(), instanceId);
			try {
				while (true) {
					try {
						GuestInstance guest = version.pool().acquire(this.tenant, instanceId);
						work.opened();
						return new SandboxSession(instanceId, version.pool(), guest, this.statistics,
								version.functions(), work);
					}
					catch (IllegalStateException ex) {
						version = this.versions.insteadOf(version, ex);
					}
				}
			}
			catch (Throwable ex) {
				work.notOpened(ex);
				throw ex;
			}
		});
	}

	@Override
	public SandboxSession openSession(SessionOptions options) {
		String instanceId = Objects.requireNonNull(options, "options").instanceId();
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

	/** A tenant's view does not own the module. */
	@Override
	public void close() {
		if (this.tenant == null && this.versions.close()) {
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

	private static FunctionSignature signature(ModuleExport export) {
		return Objects.requireNonNull(export.signature());
	}

	private <T> T counted(String function, Supplier<T> step) {
		try {
			return step.get();
		}
		catch (WasmSandboxException ex) {
			refused(function, ex);
			throw ex;
		}
	}

	/** A call was refused before it asked for a sandbox. */
	void refused(String function, WasmSandboxException failure) {
		Outcome outcome = Outcomes.of(failure);
		this.statistics.record(outcome, 1);
		this.versions.work().function(function).refused(outcome);
		if (!function.equals(NO_FUNCTION)) {
			this.cleanCalls.refused(function, failure);
		}
	}

}
