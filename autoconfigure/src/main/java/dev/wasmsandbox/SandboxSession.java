package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.AbiFunction;
import dev.wasmsandbox.abi.BoundFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.ClientMismatchException;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.BufferMapping;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.guest.LeaseAccess;
import dev.wasmsandbox.guest.LeasedMemory;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import dev.wasmsandbox.guest.SandboxAllocator;
import dev.wasmsandbox.guest.SandboxAllocators;
import dev.wasmsandbox.observe.CallStatistics;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.InstancePool;
import dev.wasmsandbox.wasi.WasiHost;
import dev.wasmsandbox.wasi.WasiLaunch;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive lease of one sandbox: several calls that see each other's state, and the
 * guest's memory. It belongs to the thread that opened it. After a failed call its memory
 * can still be read, but no further call is run.
 *
 * <p>
 * Use after {@link #close()}, or from another thread, is an
 * {@link IllegalStateException}; it never reaches anyone else's data.
 */
public final class SandboxSession implements AutoCloseable {

	private final String instanceId;

	private final InstancePool pool;

	private final GuestInstance guest;

	private final CallStatistics statistics;

	private final LeasedMemory memory;

	private final BoundFunctions functions;

	private final LeaseAccess access;

	/** What it did, told once, at close. */
	private final SessionWork work;

	/** Resolved functions by name, so that a call by name makes none anew. */
	private final Map<String, SessionFunction> exports = new HashMap<>();

	private final AtomicBoolean closed = new AtomicBoolean();

	SandboxSession(String instanceId, InstancePool pool, GuestInstance guest, CallStatistics statistics,
			BoundFunctions functions, SessionWork work) {
		this.instanceId = instanceId;
		this.pool = pool;
		this.guest = guest;
		this.statistics = statistics;
		this.functions = functions;
		this.work = work;
		this.memory = new LeasedMemory(guest);
		this.access = new LeaseAccess(guest, this.memory);
	}

	/** Has it begin as the options say; before its first call. */
	void launch(SessionOptions options) {
		WasiLaunch launch = options.launch();
		if (launch != null) {
			WasiHost.launch(this.guest, launch);
		}
	}

	/** The label it was opened with, or one made up. */
	public String instanceId() {
		return this.instanceId;
	}

	/** The name of the module. */
	public String moduleName() {
		return this.guest.moduleName();
	}

	/** Calls an exported function, as {@link WasmSandbox#call} does, in this session. */
	public <T extends @Nullable Object> T call(String function, Class<T> resultType, Object... arguments) {
		this.guest.requireUsable();
		if (TypedValues.needed(this.guest.module(), function, resultType, arguments)) {
			return callTyped(function, resultType, arguments);
		}
		return export(function).call(resultType, arguments);
	}

	<T extends @Nullable Object> T callTyped(String function, Class<T> resultType, Object[] arguments) {
		TypedCall made;
		AbiFunction bound;
		try {
			made = TypedCall.of(moduleName(), function, resultType, arguments, this.functions.clients().forms());
			bound = this.functions.get(function, made.shape());
		}
		catch (WasmSandboxException ex) {
			failed(function, ex);
			throw ex;
		}
		run(function, bound, this.work.calls(function), made.values());
		return made.result(resultType);
	}

	/**
	 * As {@link WasmSandbox#callWithLargeData(String, Class, Object...)}, in this
	 * session, whose memory stays resident between calls.
	 */
	public <T extends @Nullable Object> T callWithLargeData(String function, Class<T> resultType, Object... data) {
		this.guest.requireUsable();
		return callTyped(function, resultType, data);
	}

	/**
	 * As {@link WasmSandbox#callWithLargeData(String, Class, Function, Object...)}, in
	 * this session. The reader must not call the session.
	 */
	public <R, T extends @Nullable Object> T callWithLargeData(String function, Class<R> resultType,
			Function<MemorySegment, T> reader, Object... data) {
		TypedCall made = TypedCall.readable(moduleName(), function, resultType, data, this.functions.clients().forms());
		return made.read(bind(function, made.shape()), reader);
	}

	/**
	 * A function for values of some kinds, to be called in this session.
	 * @throws GuestAbiException if the module's convention has no such function for them
	 */
	BoundFunction bind(String function, CallShape shape) {
		this.guest.requireUsable();
		AbiFunction bound = this.functions.get(function, shape);
		SessionWork.Calls calls = this.work.calls(function);
		return (values) -> run(function, bound, calls, values);
	}

	private void run(String function, AbiFunction bound, SessionWork.Calls calls, AbiCall values) {
		this.guest.requireUsable();
		boolean timed = calls.timesNext();
		long begun = timed ? calls.begin() : 0;
		try {
			this.guest.within(function, AbiFunction::call, bound, this.access, values);
			calls.successes++;
		}
		catch (WasmSandboxException ex) {
			failed(function, ex);
			throw ex;
		}
		if (timed) {
			calls.timed(begun);
		}
	}

	/** Counts a call that failed or was refused. */
	void failed(String function, WasmSandboxException failure) {
		Outcome outcome = Outcomes.of(failure);
		this.statistics.record(outcome, 1);
		this.work.failed(function, failure, outcome);
	}

	/**
	 * Resolves an exported function, to be called in this session.
	 * @throws GuestAbiException if there is no such function
	 */
	public WasmFunction export(String function) {
		return resolve(function);
	}

	ResolvedFunction resolve(String function) {
		this.guest.requireUsable();
		SessionFunction known = this.exports.get(function);
		if (known == null) {
			known = new SessionFunction(this, ExportedFunctions.resolve(moduleName(), this.guest.module(), function));
			this.exports.put(function, known);
		}
		return known;
	}

	/**
	 * A typed client whose calls run in this session and see each other's state,
	 * otherwise as {@link WasmSandbox#as}. It ends with the session, and belongs to its
	 * thread; a method that returns a future is refused.
	 * @throws ClientMismatchException if methods cannot be bound, naming all of them
	 * @throws IllegalArgumentException if no class can implement it
	 */
	public <T> T as(Class<T> client) {
		this.guest.requireUsable();
		return this.functions.clients()
			.make(client, new SessionClientBinder(this), this.guest.module().functions().keySet(),
					"session " + GuestText.name(this.instanceId) + " on module '" + moduleName() + "'");
	}

	/** The lease, for clients. */
	GuestInstance guest() {
		return this.guest;
	}

	/** The counts of one function, for clients. */
	SessionWork.Calls calls(String function) {
		return this.work.calls(function);
	}

	/** Whether a function of this name is exported. */
	boolean exports(String function) {
		return this.guest.module().functions().containsKey(function);
	}

	/**
	 * The value of an exported global, for example an address that the module publishes.
	 * @return an {@code Integer}, {@code Long}, {@code Float} or {@code Double}
	 * @throws GuestAbiException if there is no such global, or it is no number
	 */
	public Number global(String name) {
		return Conversions.global(moduleName(), this.guest.module().report(), name, this.guest::global);
	}

	/**
	 * The units of work that the last call took, as {@code limits.fuel} counts them; in a
	 * host function, those of the call under way so far.
	 * @throws IllegalStateException if the module has no such limit, so that its code
	 * does not count
	 */
	public long fuelUsed() {
		if (!this.guest.limits().metered()) {
			throw new IllegalStateException(
					"The work of module '" + moduleName() + "' is not counted; set limits.fuel for it");
		}
		return this.guest.fuelUsed();
	}

	/** The guest's memory; every use of it is checked. */
	public GuestMemory memory() {
		return this.memory;
	}

	/**
	 * Maps a buffer into the guest's memory, between two calls. What the guest has there
	 * is lost; unmapped again, the place is as in a new sandbox. Choose memory that the
	 * guest does not use, for example got from its allocator. The buffer takes whole
	 * pages, {@link ZeroCopyBuffer#mappedSize}, and is unmapped at the latest when the
	 * session is closed.
	 * @param guestAddress where it begins, a multiple of 4 KiB
	 * @throws GuestAbiException if the address is no such multiple, or the range does not
	 * lie within the memory's current size or overlaps another buffer of this session
	 * @throws SandboxLimitException if the process has too few memory mappings left: a
	 * place takes two of them until the session is closed, the same place not again
	 * @throws IllegalStateException while a call is running, from another thread, or if
	 * session or buffer is closed
	 */
	public BufferMapping map(ZeroCopyBuffer buffer, int guestAddress, BufferAccess access) {
		return BufferMapping.map(this.guest, buffer, guestAddress, access);
	}

	/**
	 * What the guest wrote to its standard output in this session, where that is
	 * captured; also after a failed call.
	 * @return the bytes; none where neither {@code wasi.stdout} is {@code capture} nor
	 * the session was opened with {@link SessionOptions#captureOutput}
	 */
	public byte[] stdout() {
		return WasiHost.output(this.guest, false);
	}

	/** As {@link #stdout()}, for the error stream. */
	public byte[] stderr() {
		return WasiHost.output(this.guest, true);
	}

	/**
	 * Allocates in the guest's memory: with the guest's own allocator where it exports
	 * one, else in memory added to the guest's.
	 */
	public SandboxAllocator allocator() {
		return SandboxAllocators.of(this.guest);
	}

	/**
	 * The same as {@link SandboxAllocator#allocate}.
	 * @param bytes how many, 0 or more
	 * @return the address in the guest's memory
	 */
	public int allocateGuestMemory(int bytes) {
		return allocator().allocate(bytes);
	}

	/** The same as {@link SandboxAllocator#deallocate}. */
	public void deallocateGuestMemory(int address) {
		allocator().deallocate(address);
	}

	/**
	 * Ends the lease. A second call does nothing.
	 * @throws IllegalStateException while a call is running in it, or from another
	 * thread; the session then stays open
	 */
	@Override
	public void close() {
		if (this.closed.get()) {
			return;
		}
		this.guest.requireClosable();
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		this.memory.close();
		this.statistics.record(Outcome.SUCCESS, this.work.close(this.guest));
		try {
			this.pool.release(this.guest);
		}
		finally {
			this.work.released();
		}
	}

}
