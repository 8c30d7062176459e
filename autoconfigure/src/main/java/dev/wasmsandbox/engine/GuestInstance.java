package dev.wasmsandbox.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import com.dylibso.chicory.runtime.Machine;
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

	private static final Machine NOT_READY = (function, arguments) -> {
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
	 * the end. One comparison tells all that.
	 */
	private @Nullable Thread caller;

	/** What runs the calls of the caller. */
	private Machine code = NOT_READY;

	private @Nullable WasmSandboxException failure;

	private boolean closed;

	private boolean cloned;

	/** Whether the guest ended itself in good order. */
	private boolean exited;

	/**
	 * Whether the next call is a step of {@link #within}, and no guest runs around it.
	 */
	private boolean stepping;

	private final LeaseHoldings holdings = new LeaseHoldings();

	/** What parts above keep for as long as the lease lasts. */
	private @Nullable Companion companions;

	/** Where its runs wait for their turn; {@code null} where they need none. */
	private @Nullable RunGate gate;

	/** Whether the lease as a whole is one turn. */
	private boolean inTurn;

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

	void ready(Machine machine) {
		this.code = machine;
		this.caller = this.owner;
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
		if (Thread.currentThread() != this.caller) {
			// Before the memory is touched: it may be the next tenant's by now.
			throw unusable();
		}
		LinearMemory control = this.memory;
		if (control.running()) {
			return callNested(function, index, arguments);
		}
		RunGate turns = this.gate;
		if (turns != null && turns.begin(this.payer, function.name())) {
			return callInTurn(turns, function, index, arguments);
		}
		control.enter();
		long[] results;
		try {
			results = this.code.call(index, arguments);
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

	private long @Nullable [] callInTurn(RunGate turns, ModuleExport function, int index, long[] arguments) {
		try {
			return call(function, index, arguments);
		}
		finally {
			turns.end();
		}
	}

	/**
	 * Has runs wait for their turn from now on.
	 * @param turns where they wait
	 * @param begun whether the lease as a whole has one, which who releases it ends
	 */
	public void runInTurns(RunGate turns, boolean begun) {
		this.gate = turns;
		this.inTurn = begun;
	}

	/** Whether the lease as a whole is one turn. */
	public boolean inTurn() {
		return this.inTurn;
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
		this.caller = null;
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
	 * A call from a host function, in the time of the call it was called from, or a step
	 * of {@link #within}.
	 */
	private long @Nullable [] callNested(ModuleExport function, int index, long[] arguments) {
		boolean step = this.stepping;
		this.stepping = false;
		try {
			return this.code.call(index, arguments);
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
		finally {
			this.stepping = step;
		}
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
		if (Thread.currentThread() != this.caller) {
			throw unusable();
		}
		RunGate turns = this.memory.running() ? null : this.gate;
		if (turns == null || !turns.begin(this.payer, function)) {
			asOneCall(function, steps, first, second, third);
			return;
		}
		try {
			asOneCall(function, steps, first, second, third);
		}
		finally {
			turns.end();
		}
	}

	private <A, B, C> void asOneCall(String function, Steps<A, B, C> steps, A first, B second, C third) {
		LinearMemory control = this.memory;
		if (!control.enter()) {
			steps.run(first, second, third);
			return;
		}
		this.stepping = true;
		try {
			steps.run(first, second, third);
		}
		catch (GuestStopped | GuestExit | Error ex) {
			throw fail(ex, function, false);
		}
		finally {
			this.stepping = false;
			if (this.caller != null) {
				control.exit();
			}
			else {
				control.exitFailed();
			}
		}
	}

	/** What {@link #within} runs; handed its parameters so that none need be captured. */
	@FunctionalInterface
	public interface Steps<A, B, C> {

		void run(A first, B second, C third);

	}

	private RuntimeException fail(Throwable cause, String functionName, boolean outermost) {
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
		this.caller = null;
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
		return this.stepping || !this.memory.running();
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
		this.caller = null;
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
		this.caller = null;
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
