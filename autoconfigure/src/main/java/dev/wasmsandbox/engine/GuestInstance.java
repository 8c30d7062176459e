package dev.wasmsandbox.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * The lease of a sandbox to one thread. Only {@link #cancel} may be called from another
 * one. Once closed it reaches nothing, whoever leases the sandbox next.
 */
public final class GuestInstance {

	private static final GuestCode NOT_READY = (function, arguments, memory) -> {
		throw new IllegalStateException("The sandbox is not ready");
	};

	private final String moduleName;

	private final CompiledModule module;

	private final Sandbox sandbox;

	private final LinearMemory memory;

	private final SandboxLimits limits;

	private final long lease;

	private final Thread owner;

	private final @Nullable LeasePayer payer;

	private final HostBinding.@Nullable Wasi wasi;

	/**
	 * Who may call: the owner, once the sandbox is ready, and nobody after a failure or
	 * the end.
	 */
	private @Nullable Thread caller;

	/**
	 * The caller, if calls need neither a turn nor fuel. One comparison tells all that.
	 */
	private @Nullable Thread direct;

	/** What runs the calls of the caller. */
	private GuestCode code = NOT_READY;

	/** All calls that are not direct. */
	private final GuestRuns runs;

	private @Nullable WasmSandboxException failure;

	private boolean closed;

	private boolean cloned;

	/** Whether the guest ended itself in good order. */
	private boolean exited;

	private final LeaseHoldings holdings = new LeaseHoldings();

	/** What parts above keep for as long as the lease lasts. */
	private @Nullable Companion companions;

	/** After its thread's death any thread may end the lease, but only one. */
	private final AtomicBoolean ended = new AtomicBoolean();

	GuestInstance(Sandbox sandbox, SandboxFactory factory, @Nullable LeasePayer payer) {
		this.moduleName = factory.moduleName();
		this.module = factory.module();
		this.sandbox = sandbox;
		this.memory = sandbox.memory();
		this.limits = factory.limits();
		this.payer = payer;
		this.wasi = factory.wasi();
		this.lease = this.memory.beginLease(payer);
		this.owner = Thread.currentThread();
		this.runs = new GuestRuns(this);
	}

	/** Marks this as the run whose state every sandbox of the module will start with. */
	void cloneAfterwards() {
		this.cloned = true;
	}

	/**
	 * Checks that a host function may be called. In a run whose state is cloned only
	 * functions may be called whose answers every sandbox may share.
	 */
	void requireSafe(HostBinding binding) {
		if (this.cloned && !binding.snapshotSafe()) {
			throw new SecurityViolationException(this.moduleName, null,
					"the snapshot is refused: before it was taken " + binding.module() + "." + binding.name()
							+ " was called, whose answer every sandbox would share; "
							+ ((binding.target() instanceof HostBinding.Wasi) ? ""
									: "mark the function with HostFunction.safeForSnapshot() if that is right, or ")
							+ "set snapshot=none",
					null);
		}
	}

	void ready(GuestCode ready) {
		this.code = ready;
		this.caller = this.owner;
		this.direct = (this.memory.metered() || this.runs.inTurns()) ? null : this.owner;
	}

	private void endCalls() {
		this.caller = null;
		this.direct = null;
	}

	/** What to call the module in messages. */
	public String moduleName() {
		return this.moduleName;
	}

	/** The code it runs. */
	public CompiledModule module() {
		return this.module;
	}

	/** By how many pages of 64 KiB an arena of the host may grow ahead, just now. */
	public int arenaStep() {
		return this.sandbox.arenaStep();
	}

	/** The memory; empty for a module without one. */
	public LinearMemory memory() {
		return this.memory;
	}

	/**
	 * Calls a function.
	 * @param function the exported function
	 * @param arguments raw values, of the right number: the caller has checked it
	 * @return the raw results, {@code null} for none
	 * @throws WasmSandboxException if the call fails; the instance is not used again
	 * @throws IllegalStateException if the instance is closed, failed before, or belongs
	 * to another thread
	 */
	public long @Nullable [] call(ModuleExport function, long[] arguments) {
		return call(function, function.index(), arguments);
	}

	/** As {@link #call(ModuleExport, long[])}, for callers that hold the index. */
	public long @Nullable [] call(ModuleExport function, int index, long[] arguments) {
		LinearMemory control = this.memory;
		if (Thread.currentThread() == this.direct && control.enterUnmetered()) {
			return callEntered(function, index, arguments, control);
		}
		requireCallable();
		return this.runs.call(function, index, arguments);
	}

	/** Before the memory is touched: it may be the next tenant's by now. */
	private void requireCallable() {
		if (Thread.currentThread() != this.caller) {
			throw unusable();
		}
	}

	/**
	 * Runs a function as a call of its own, which has begun.
	 * @param control the memory, which nobody need read twice on the way of a call
	 */
	long @Nullable [] callEntered(ModuleExport function, int index, long[] arguments, LinearMemory control) {
		long[] results;
		try {
			results = this.code.call(index, arguments, control);
		}
		catch (GuestExit exit) {
			return exited(exit, function);
		}
		catch (Throwable ex) {
			throw fail(ex, function.name(), true);
		}
		control.exit();
		return results;
	}

	/** Runs a function as a part of the call that is under way. */
	long @Nullable [] callNested(ModuleExport function, int index, long[] arguments, boolean step) {
		try {
			return this.code.call(index, arguments, this.memory);
		}
		catch (GuestExit exit) {
			if (step && exit.code() == 0 && isCommand(function)) {
				return exited();
			}
			throw fail(exit, function.name(), false);
		}
		catch (Throwable ex) {
			throw fail(ex, function.name(), false);
		}
	}

	/**
	 * Has runs wait for their turn from now on.
	 * @param turns where they wait
	 * @param begun whether the lease as a whole has one, which who releases it ends
	 */
	public void runInTurns(RunGate turns, boolean begun) {
		this.direct = null;
		this.runs.inTurns(turns, begun);
	}

	/** Whether the lease as a whole is one turn. */
	public boolean inTurn() {
		return this.runs.inTurn();
	}

	/**
	 * A guest has ended itself: a command's normal end, or a failure. In either case it
	 * runs no further calls, because its code was left in the middle.
	 */
	private long @Nullable [] exited(GuestExit exit, ModuleExport function) {
		if (exit.code() != 0 || !isCommand(function)) {
			throw fail(exit, function.name(), true);
		}
		this.memory.exit();
		return exited();
	}

	private static boolean isCommand(ModuleExport function) {
		return function.name().equals("_start") && function.signature() != null
				&& function.signature().results().isEmpty();
	}

	private long @Nullable [] exited() {
		endCalls();
		this.exited = true;
		return null;
	}

	/**
	 * Ends the guest from a host function, as {@code proc_exit} does.
	 * @return what the host function must throw
	 */
	public RuntimeException exit(int code) {
		requireUsable();
		return new GuestExit(code);
	}

	/**
	 * Ends the call if it is overdue, cancelled or interrupted, as the guest's own check
	 * does; for host functions that take long.
	 */
	public void checkpoint() {
		this.memory.check();
	}

	/**
	 * Runs steps of the host that call the guest several times as one call: they have the
	 * time, the fuel and the cancellation of one. From a host function they are part of
	 * the call that it serves. What the steps throw themselves leaves the instance
	 * usable; errors of the JVM and failures of the guest do not.
	 * @param function what the steps are for, for messages
	 * @throws WasmSandboxException if the guest fails
	 * @throws IllegalStateException as {@link #call(ModuleExport, long[])} does
	 */
	public <A, B, C> void within(String function, Steps<A, B, C> steps, A first, B second, C third) {
		requireCallable();
		this.runs.within(function, steps, first, second, third);
	}

	/** What {@link #within} runs; handed its parameters so that none need be captured. */
	@FunctionalInterface
	public interface Steps<A, B, C> {

		void run(A first, B second, C third);

	}

	/** Notes a failure, unless it is the one that was noted. */
	RuntimeException fail(Throwable cause, String functionName, boolean outermost) {
		if (outermost) {
			this.memory.exitFailed();
		}
		WasmSandboxException before = this.failure;
		if (before != null && before.equals(cause)) {
			return before;
		}
		WasmSandboxException mapped = FailureMapper.map(cause, this.moduleName, functionName, this.limits,
				this.memory.refusedBytes());
		this.failure = mapped;
		endCalls();
		return mapped;
	}

	/** Checks that the current thread may use the instance. */
	public void requireUsable() {
		if (Thread.currentThread() != this.owner || this.closed) {
			throw unusable();
		}
	}

	private IllegalStateException unusable() {
		String where = "The session on module '" + this.moduleName + "' ";
		if (this.closed) {
			return new IllegalStateException(where + "is closed");
		}
		if (Thread.currentThread() != this.owner) {
			return new IllegalStateException(
					where + "belongs to another thread (" + this.owner + "); open a session of your own");
		}
		if (this.exited) {
			return new IllegalStateException(where + "has ended itself and runs no further calls; open a new one");
		}
		if (this.failure != null) {
			return new IllegalStateException(where + "failed before and runs no further calls; open a new one",
					this.failure);
		}
		return new IllegalStateException(where + "is not ready");
	}

	/** The raw value of a global, by its index. */
	public long global(int index) {
		requireUsable();
		return this.sandbox.global(index);
	}

	/** Whether a call is under way; for the owner's thread. */
	public boolean running() {
		return this.memory.running();
	}

	/**
	 * The units of work that the last call used, or the one under way; 0 where they are
	 * not counted.
	 */
	public long fuelUsed() {
		requireUsable();
		return this.memory.fuelUsed();
	}

	/**
	 * Whether no code of the guest is on the stack: no call is under way, or only the
	 * host's part of {@link #within}; for the owner's thread.
	 */
	public boolean betweenSteps() {
		return this.runs.stepping() || !this.memory.running();
	}

	/** Whether the lease is over; for the owner's thread. */
	public boolean isClosed() {
		return this.closed;
	}

	/** Stops the running call, or the next one; from any thread. */
	public void cancel() {
		this.memory.cancel(this.lease);
	}

	/**
	 * Checks that the lease may end now.
	 * @throws IllegalStateException as {@link #close} does
	 */
	public void requireClosable() {
		if (this.closed || (Thread.currentThread() != this.owner && this.owner.isAlive())) {
			throw unusable();
		}
		if (this.memory.running()) {
			throw new IllegalStateException(
					"The session on module '" + this.moduleName + "' cannot be closed while a call is running in it");
		}
	}

	/**
	 * Ends the lease and restores the sandbox.
	 * @return whether the sandbox may be leased again; if not, discard it
	 * @throws IllegalStateException while a call is running, if it was closed before, or
	 * from another thread than its owner while that one lives
	 */
	public boolean close() {
		end();
		return restore();
	}

	/**
	 * Ends the lease. Who returns from here has the sandbox alone, and must have it
	 * restored or discarded.
	 * @throws IllegalStateException as {@link #close} does
	 */
	public void end() {
		requireClosable();
		if (!this.ended.compareAndSet(false, true)) {
			throw new IllegalStateException("The session on module '" + this.moduleName + "' is closed");
		}
		this.closed = true;
		endCalls();
		drop();
		this.memory.endLease();
	}

	/** What is open for the guest; it is closed when the lease ends. */
	public LeaseHoldings holdings() {
		requireUsable();
		return this.holdings;
	}

	/** One of the functions of WASI that it may import, if it may. */
	public HostBinding.@Nullable Wasi wasi() {
		return this.wasi;
	}

	/**
	 * Counts bytes that the host keeps for the guest until the lease ends.
	 * @throws SandboxLimitException if there is no room for them; nothing has changed
	 */
	public void keepInHost(long bytes) {
		requireUsable();
		try {
			this.memory.keepForGuest(bytes);
		}
		catch (SandboxLimitException ex) {
			throw ex.in(this.moduleName);
		}
	}

	/** Closes what is open for the guest. */
	void drop() {
		this.holdings.close();
	}

	/** Restores the sandbox after {@link #end}; the result is that of {@link #close}. */
	public boolean restore() {
		return this.sandbox.restore(this.failure != null);
	}

	/**
	 * Says that a view of the memory cannot be ended, because native code works on it:
	 * the sandbox is then discarded, and its memory never used for anyone else.
	 */
	public void usedOutside() {
		this.sandbox.usedOutside();
	}

	/** What the instance failed with, if it did. */
	@Nullable WasmSandboxException failure() {
		return this.failure;
	}

	/** Who pays for what it uses, if anybody does. */
	public @Nullable LeasePayer payer() {
		return this.payer;
	}

	/** The sandbox that is leased. */
	public Sandbox sandbox() {
		return this.sandbox;
	}

	/** Where is counted what the host does to its memory. */
	public LeaseWork work() {
		return this.sandbox.work();
	}

	/** What the guest may use. */
	public SandboxLimits limits() {
		return this.limits;
	}

	/** Whether the current thread may call the guest. */
	public boolean callable() {
		return Thread.currentThread() == this.caller;
	}

	/** Whether the lease is over. */
	public boolean closed() {
		return this.closed;
	}

	/** Whether it runs no further calls because one failed, or {@link #distrust}ed. */
	public boolean failed() {
		return this.failure != null;
	}

	/**
	 * Makes it fail as a trap does: no further call is run, and the sandbox is discarded
	 * when the lease ends. For parts that see a guest break a promise they rely on.
	 * @return the same failure, to be thrown
	 */
	public <T extends WasmSandboxException> T distrust(T cause) {
		requireUsable();
		if (this.failure == null) {
			this.failure = cause;
		}
		endCalls();
		return cause;
	}

	/**
	 * What a part above keeps with the lease, one of each type, made at the first use.
	 * @throws IllegalStateException as {@link #requireUsable} does
	 */
	public <T> T companion(Class<T> type, Function<GuestInstance, T> maker) {
		requireUsable();
		for (Companion kept = this.companions; kept != null; kept = kept.next()) {
			if (kept.type() == type) {
				return type.cast(kept.value());
			}
		}
		T made = maker.apply(this);
		this.companions = new Companion(type, made, this.companions);
		return made;
	}

	/** One of few, so that a list is found faster than a map would be. */
	private record Companion(Class<?> type, Object value, @Nullable Companion next) {
	}

}
