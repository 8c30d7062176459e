package dev.wasmsandbox.guest;

import java.time.Duration;
import java.util.function.Supplier;

import dev.wasmsandbox.engine.CallChain;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.error.TrapKind;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * The guest that calls a host function, valid until the function returns and on its
 * thread only.
 */
public final class HostContext implements AutoCloseable {

	private final GuestInstance guest;

	private final LeasedMemory memory;

	private final Capabilities capabilities;

	private final HostFunction function;

	HostContext(GuestInstance guest, Capabilities capabilities, HostFunction function) {
		this.guest = guest;
		this.capabilities = capabilities;
		this.function = function;
		this.memory = new LeasedMemory(guest);
	}

	/** The name of the calling module. */
	public String moduleName() {
		return this.guest.moduleName();
	}

	/**
	 * Checks that the calling module is granted a capability, where that depends on the
	 * arguments. What is always needed is better said by {@link HostFunction#requiring}.
	 * @throws SecurityViolationException if it is not; the guest's call ends with it, and
	 * if the host function swallows it, the guest runs no further calls
	 * @throws IllegalStateException after the host function has returned
	 */
	public void requireCapability(String capability) {
		this.memory.requireOpen();
		if (!this.capabilities.has(capability)) {
			String name = this.function.module() + "." + this.function.name();
			throw this.guest.distrust(this.capabilities.refuse(name, "it called " + name, capability));
		}
	}

	/** The guest's memory. */
	public GuestMemory memory() {
		return this.memory;
	}

	/**
	 * Allocates in the guest's memory, and sees the same blocks as the session's own.
	 * @throws IllegalStateException after the host function has returned
	 */
	public SandboxAllocator allocator() {
		this.memory.requireOpen();
		return SandboxAllocators.of(this.guest);
	}

	/**
	 * Counts what a convention keeps for the guest outside of its memory, the same that
	 * {@link GuestAccess#hostMemory} gives; valid beyond this host function.
	 * @throws IllegalStateException after the host function has returned
	 */
	public HostMemory hostMemory() {
		this.memory.requireOpen();
		return this.guest::keepInHost;
	}

	/**
	 * What a convention keeps with the guest for as long as it is leased, the same that
	 * {@link GuestAccess#attachment} gives.
	 * @throws IllegalStateException after the host function has returned
	 */
	public <T> T attachment(Class<T> type, Supplier<T> maker) {
		this.memory.requireOpen();
		return this.guest.companion(type, (_) -> maker.get());
	}

	/**
	 * Ends the guest's call with a failure that keeps its type. Anything else that a host
	 * function throws is a {@code HostFunctionException} to the caller.
	 * @return the same failure, to be thrown; if it is not, the guest runs no further
	 * calls all the same
	 * @throws IllegalStateException after the host function has returned
	 */
	public <T extends WasmSandboxException> T fail(T cause) {
		this.memory.requireOpen();
		return this.guest.distrust(cause);
	}

	/**
	 * Calls an exported function of the same guest, for example its allocator, within the
	 * time that the running call has left.
	 * @param function the name of the export
	 * @param arguments raw values, one for each parameter
	 * @return the raw results, {@code null} for none. If it fails, the guest runs no
	 * further calls, also if the host function swallows the exception
	 * @throws GuestAbiException if there is no such function, or the number of arguments
	 * is wrong
	 * @throws IllegalStateException after the host function has returned
	 */
	public long @Nullable [] call(String function, long... arguments) {
		this.memory.requireOpen();
		ModuleExport export = this.guest.module().functions().get(function);
		if (export == null || export.signature() == null) {
			throw new GuestAbiException(moduleName(), function, "no such function is exported", null);
		}
		if (export.signature().parameters().size() != arguments.length) {
			throw new GuestAbiException(moduleName(), function, "it is " + export.signature() + ", but was given "
					+ arguments.length + " arguments by a host function", null);
		}
		return this.guest.call(export, arguments);
	}

	/**
	 * What to throw where the guest itself says that it cannot go on: its call ends with
	 * a trap, and it runs no further calls.
	 * @param why what it says
	 * @throws IllegalStateException after the host function has returned
	 */
	public SandboxTrapException trap(String why) {
		this.memory.requireOpen();
		return this.guest.distrust(new SandboxTrapException(moduleName(), null, TrapKind.UNCAUGHT_EXCEPTION,
				"the guest trapped: " + why, null));
	}

	/**
	 * The time that the running call has left, and the calls around it where it was made
	 * from a host function itself: what the host function should take at the most. It is
	 * not stopped when that is over, but the guest is then, and so is whatever guest the
	 * host function calls on this thread.
	 * @return at most {@code limits.call-timeout}, zero if the time is over
	 * @throws IllegalStateException after the host function has returned
	 */
	public Duration remaining() {
		this.memory.requireOpen();
		return Duration.ofNanos(CallChain.remainingNanos());
	}

	/** Ends the validity of this context; done by the library. */
	@Override
	public void close() {
		this.memory.closeHostCall();
	}

}
