package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.wasmsandbox.error.ClientMismatchException;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.pool.PoolControl;
import org.jspecify.annotations.Nullable;

/**
 * One module, ready to be called. Every {@link #call} runs in a clean instance and sees
 * nothing of any other call. Thread-safe; this is the bean to inject.
 *
 * <p>
 * Numbers are passed as they are: {@code i32} is an {@code int}, {@code i64} a
 * {@code long}, {@code f32} a {@code float}, {@code f64} a {@code double}. Java's
 * lossless widening is applied where it is needed. Text, bytes and arrays go by the
 * convention the module follows, {@link ModuleInfo#abi}: arguments may be {@link String},
 * {@code byte[]}, {@link java.nio.ByteBuffer}, {@link java.lang.foreign.MemorySegment}
 * and arrays of {@code short}, {@code int}, {@code long}, {@code float} and
 * {@code double}. Records, collections and all other values go by the module's codec,
 * JSON if nothing else is said, as one text or as bytes. All failures are
 * {@link WasmSandboxException}s; only mistakes of the program are not: the use of an
 * unloaded module is an {@link IllegalStateException}, {@code null} where none is taken a
 * {@link NullPointerException}.
 */
public interface WasmSandbox extends AutoCloseable {

	/** Builds a sandbox outside of Spring. */
	static SandboxBuilder builder() {
		return new SandboxBuilder();
	}

	/** The name of the module. */
	String name();

	/** What is known about the module. */
	ModuleInfo info();

	/** Calls so far and sandboxes at this moment. */
	SandboxStatistics statistics();

	/** What may be done to its pool while it is in use. */
	PoolControl pool();

	/**
	 * Calls an exported function in a clean instance.
	 * @param function the name of the export
	 * @param resultType {@code int.class}, {@code long.class}, {@code float.class} or
	 * {@code double.class} (or their wrappers) for one result; {@code void.class} to
	 * ignore results; {@code String.class}, {@code byte[].class} or another array for
	 * what the module's convention returns; {@code Object[].class} for all results,
	 * boxed; {@code long[].class} for all results as raw bits if all arguments are
	 * numbers; a record, a collection or any other class for what the module's codec
	 * makes of the text or the bytes that are returned
	 * @param arguments one for each parameter
	 * @return the result, {@code null} for {@code void} or a guest's null
	 * @throws GuestAbiException if there is no such function, or number or types of the
	 * arguments or the result do not fit; the guest was not run
	 * @throws SandboxTrapException if the guest trapped
	 * @throws SandboxTimeoutException if it ran past {@code limits.call-timeout}
	 * @throws SandboxBusyException if no sandbox became free in time
	 */
	<T extends @Nullable Object> T call(String function, Class<T> resultType, Object... arguments);

	/**
	 * As {@link #call}, for large data: always by the module's convention, so that
	 * {@code long[].class} is an array of the guest's. Arrays and buffers are copied into
	 * the guest at once; a {@link dev.wasmsandbox.memory.ZeroCopyBuffer} is mapped
	 * instead where that is cheaper, see {@link dev.wasmsandbox.abi.LargeData}. Use a
	 * session for several calls, whose memory stays resident.
	 * @throws GuestAbiException also if the convention has no such function for such
	 * values
	 */
	<T extends @Nullable Object> T callWithLargeData(String function, Class<T> resultType, Object... data);

	/**
	 * As above, and has the result read in place instead of being copied.
	 * @param resultType {@code byte[].class} or an array of numbers: what the guest
	 * returns
	 * @param reader is given a read-only view of the result, with elements as the guest
	 * has them, little-endian and unaligned; it ends when the reader returns
	 * @return what the reader returns
	 */
	<R, T extends @Nullable Object> T callWithLargeData(String function, Class<R> resultType,
			Function<MemorySegment, T> reader, Object... data);

	/**
	 * As {@link #call}, and tells what work it took.
	 * @throws IllegalStateException if the module has no {@code limits.fuel}, so that its
	 * code does not count
	 */
	default <T extends @Nullable Object> MeteredResult<T> callMetered(String function, Class<T> resultType,
			Object... arguments) {
		try (SandboxSession session = openSession()) {
			T result = session.call(function, resultType, arguments);
			return new MeteredResult<>(result, session.fuelUsed());
		}
	}

	/**
	 * As {@link #call}, on a thread of the library's own. Cancelling the future stops the
	 * guest.
	 * @param arguments one for each parameter. Arrays and buffers are not copied but read
	 * when the call runs: do not change, close or reuse them until the future is done. A
	 * {@link java.lang.foreign.MemorySegment} must be one that all threads may read, not
	 * one of {@link java.lang.foreign.Arena#ofConfined}
	 * @return a future that fails with the exceptions of {@link #call}; with a
	 * {@link SandboxBusyException} if too many calls are waiting
	 */
	<T extends @Nullable Object> CompletableFuture<T> callAsync(String function, Class<T> resultType,
			Object... arguments);

	/**
	 * Resolves an exported function. Each of its calls runs in a clean instance.
	 * @throws GuestAbiException if there is no such function
	 */
	WasmFunction export(String function);

	/**
	 * A typed client: each abstract method of the interface calls the exported function
	 * of its name in a clean instance. Text, bytes and arrays are passed by the module's
	 * convention, other types by a codec; a method that returns a
	 * {@link CompletableFuture} calls as {@link #callAsync}. Keep it, it is thread-safe.
	 * @param client an interface; its annotations are {@link WasmExport} and
	 * {@link WasmCodec}
	 * @throws ClientMismatchException if methods have no function in the module that
	 * takes and gives such values, naming all of them
	 * @throws IllegalArgumentException if no class can implement it
	 */
	<T> T as(Class<T> client);

	/**
	 * Leases one sandbox for several calls that share its state. Close it.
	 * @throws SandboxBusyException if no sandbox became free in time
	 */
	SandboxSession openSession();

	/**
	 * As {@link #openSession()}, with a label for logs and messages.
	 */
	SandboxSession openSession(String instanceId);

	/**
	 * As {@link #openSession()}, with a label, or with arguments, variables or input for
	 * a program of WASI.
	 * @throws IllegalStateException if WASI is not enabled for the module but the options
	 * say more than a label, or its start function or {@code _initialize} read already
	 * what they would change
	 */
	SandboxSession openSession(SessionOptions options);

	/**
	 * The same sandbox for calls and sessions in the name of a tenant: within its quota,
	 * and in turns with other tenants where callers must wait. The answer costs next to
	 * nothing, does not change and may be kept. It does not own the module: closing it
	 * does nothing.
	 * @param tenant any name, 1 to 200 characters
	 * @return the view; its calls and sessions fail with {@link SandboxBusyException}
	 * also if the tenant is over its quota for longer than {@code pool.max-wait}, and
	 * with {@link SandboxLimitException} if its memory is used up
	 * @throws IllegalArgumentException if the name is blank, too long, or has control
	 * characters
	 */
	WasmSandbox forTenant(String tenant);

	/**
	 * Unloads the module: further calls are refused with {@link IllegalStateException},
	 * running ones end as they would. On a tenant's view it does nothing.
	 */
	@Override
	void close();

}
