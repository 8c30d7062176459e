package dev.wasmsandbox;

import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.AbiFunction;
import dev.wasmsandbox.abi.BoundFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.LeaseAccess;
import dev.wasmsandbox.guest.LeasedMemory;
import dev.wasmsandbox.observe.CallStatistics;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.InstancePool;
import dev.wasmsandbox.pool.PoolControl;
import dev.wasmsandbox.pool.TenantCaller;
import dev.wasmsandbox.pool.Tenants;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation: a module's code, its pool and its counters. The views of
 * tenants share all of them.
 */
final class DefaultWasmSandbox implements WasmSandbox {

	private final ModuleInfo info;

	private final CompiledModule code;

	private final InstancePool pool;

	private final BoundFunctions functions;

	private final AsyncCalls asyncCalls;

	private final Tenants tenants;

	private final Runnable whenClosed;

	private final CallStatistics statistics;

	private final AtomicLong sessions;

	private final AtomicBoolean closed;

	/** In whose name calls are made; {@code null} for nobody. */
	private final @Nullable TenantCaller tenant;

	DefaultWasmSandbox(ModuleInfo info, CompiledModule code, InstancePool pool, BoundFunctions functions,
			AsyncCalls asyncCalls, Tenants tenants, Runnable whenClosed) {
		this.info = info;
		this.code = code;
		this.pool = pool;
		this.functions = functions;
		this.asyncCalls = asyncCalls;
		this.tenants = tenants;
		this.whenClosed = whenClosed;
		this.statistics = new CallStatistics();
		this.sessions = new AtomicLong();
		this.closed = new AtomicBoolean();
		this.tenant = null;
	}

	private DefaultWasmSandbox(DefaultWasmSandbox same, TenantCaller tenant) {
		this.info = same.info;
		this.code = same.code;
		this.pool = same.pool;
		this.functions = same.functions;
		this.asyncCalls = same.asyncCalls;
		this.tenants = same.tenants;
		this.whenClosed = same.whenClosed;
		this.statistics = same.statistics;
		this.sessions = same.sessions;
		this.closed = same.closed;
		this.tenant = tenant;
	}

	@Override
	public WasmSandbox forTenant(String name) {
		return new DefaultWasmSandbox(this, this.tenants.caller(name));
	}

	@Override
	public String name() {
		return this.info.name();
	}

	@Override
	public ModuleInfo info() {
		return this.info;
	}

	@Override
	public SandboxStatistics statistics() {
		return new SandboxStatistics(this.statistics.byOutcome(), this.pool.statistics());
	}

	@Override
	public PoolControl pool() {
		return this.pool;
	}

	@Override
	public <T extends @Nullable Object> T call(String function, Class<T> resultType, Object... arguments) {
		if (TypedValues.needed(this.code, function, resultType, arguments)) {
			return counted(() -> typed(function, resultType, arguments)).run(null);
		}
		ModuleExport export = counted(() -> resolve(name(), this.code, function));
		long[] raw = counted(() -> check(export, resultType, arguments));
		return Conversions.result(signature(export), resultType, invokeClean(export, raw, null));
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(String function, Class<T> resultType,
			Object... arguments) {
		try {
			AsyncCall.Work<T> work = counted(() -> work(function, resultType, arguments));
			this.pool.requireOpen();
			AsyncCall<T> call = new AsyncCall<>(work);
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

	private <T extends @Nullable Object> AsyncCall.Work<T> work(String function, Class<T> resultType,
			Object[] arguments) {
		if (TypedValues.needed(this.code, function, resultType, arguments)) {
			return typed(function, resultType, arguments);
		}
		ModuleExport export = resolve(name(), this.code, function);
		long[] raw = check(export, resultType, arguments);
		return (call) -> Conversions.result(signature(export), resultType, invokeClean(export, raw, call));
	}

	private <T extends @Nullable Object> AsyncCall.Work<T> typed(String function, Class<T> resultType,
			Object[] arguments) {
		CallShape shape = TypedValues.shape(name(), function, resultType, arguments);
		AbiFunction bound = this.functions.get(function, shape);
		AbiCall values = TypedValues.call(shape, arguments);
		return (call) -> {
			runClean(function, bound, values, call);
			return TypedValues.result(resultType, shape, values);
		};
	}

	/**
	 * A function for values of some kinds, each of whose calls runs in a clean instance.
	 * @throws GuestAbiException if the module's convention has no such function for them
	 */
	BoundFunction bind(String function, CallShape shape) {
		AbiFunction bound = this.functions.get(function, shape);
		return (values) -> runClean(function, bound, values, null);
	}

	@Override
	public WasmFunction export(String function) {
		return new InCleanInstance(resolve(name(), this.code, function));
	}

	@Override
	public SandboxSession openSession() {
		return openSession(name() + "-" + this.sessions.incrementAndGet());
	}

	@Override
	public SandboxSession openSession(String instanceId) {
		Objects.requireNonNull(instanceId, "instanceId");
		return new SandboxSession(instanceId, this.pool, counted(() -> this.pool.acquire(this.tenant, instanceId)),
				this.statistics, this.functions);
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
		if (this.closed.compareAndSet(false, true)) {
			this.pool.close();
			this.whenClosed.run();
		}
	}

	private long[] check(ModuleExport export, Class<?> resultType, Object[] arguments) {
		Conversions.requireResult(name(), export.name(), signature(export), resultType);
		return Conversions.arguments(name(), export.name(), signature(export), arguments);
	}

	FunctionSignature signature(ModuleExport export) {
		return Objects.requireNonNull(export.signature());
	}

	private long @Nullable [] invokeClean(ModuleExport function, long[] arguments, @Nullable AsyncCall<?> async) {
		return clean(function.name(), async, (guest) -> guest.call(function, arguments));
	}

	/** As {@link #invokeClean}, by the module's convention. */
	private void runClean(String function, AbiFunction bound, AbiCall values, @Nullable AsyncCall<?> async) {
		clean(function, async, (guest) -> {
			try (LeasedMemory memory = new LeasedMemory(guest)) {
				guest.within(function, AbiFunction::call, bound, new LeaseAccess(guest, memory), values);
				return values;
			}
		});
	}

	/** Leases, calls, gives back and counts. */
	private <T extends @Nullable Object> T clean(String function, @Nullable AsyncCall<?> async,
			Function<GuestInstance, T> work) {
		GuestInstance guest = null;
		Outcome outcome = Outcome.ERROR;
		try {
			guest = this.pool.acquire(this.tenant);
			if (async != null && !async.begin(guest)) {
				throw new SandboxInterruptedException(name(), function, "the call was cancelled", null);
			}
			T result = work.apply(guest);
			outcome = Outcome.SUCCESS;
			return result;
		}
		catch (WasmSandboxException ex) {
			outcome = Outcomes.of(ex);
			throw ex;
		}
		finally {
			this.statistics.record(outcome, 1);
			if (guest != null) {
				this.pool.release(guest);
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

	private final class InCleanInstance extends ResolvedFunction {

		InCleanInstance(ModuleExport export) {
			super(DefaultWasmSandbox.this.name(), export);
		}

		@Override
		long @Nullable [] invoke(ModuleExport function, long[] arguments) {
			return invokeClean(function, arguments, null);
		}

		@Override
		<T extends @Nullable Object> T callTyped(Class<T> resultType, Object[] arguments) {
			return counted(() -> typed(name(), resultType, arguments)).run(null);
		}

	}

}
