package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.SandboxLimits;
import org.jspecify.annotations.Nullable;

/**
 * One running instance of a module, leased to one thread. Only {@link #cancel} may be
 * called from another one.
 */
public final class GuestInstance {

	private final String moduleName;

	private final CompiledModule module;

	private final LinearMemory memory;

	private final SandboxLimits limits;

	private final long lease;

	private final Thread owner;

	private @Nullable Machine code;

	private @Nullable WasmSandboxException failure;

	private boolean closed;

	GuestInstance(String moduleName, CompiledModule module, LinearMemory memory, SandboxLimits limits) {
		this.moduleName = moduleName;
		this.module = module;
		this.memory = memory;
		this.limits = limits;
		this.lease = memory.beginLease();
		this.owner = Thread.currentThread();
	}

	Machine attach(Machine machine) {
		this.code = machine;
		return new GuestMachine(machine, this, this.memory);
	}

	void attach(Instance instance) {
		if (instance.getMachine() instanceof GuestMachine machine && machine.guest() == this) {
			return;
		}
		throw new IllegalStateException("The instance does not run on the machine made for it");
	}

	/** What to call the module in messages. */
	public String moduleName() {
		return this.moduleName;
	}

	/** The code it runs. */
	public CompiledModule module() {
		return this.module;
	}

	/** The memory; empty for a module without one. */
	public LinearMemory memory() {
		return this.memory;
	}

	/**
	 * Calls a function.
	 * @param function its index
	 * @param functionName its name, for messages
	 * @param arguments raw values, of the right number: the caller has checked it
	 * @return the raw results, {@code null} for none
	 * @throws WasmSandboxException if the call fails; the instance is not used again
	 * @throws IllegalStateException if the instance is closed, failed before, or belongs
	 * to another thread
	 */
	public long @Nullable [] call(int function, String functionName, long[] arguments) {
		Machine machine = this.code;
		if (machine == null || Thread.currentThread() != this.owner || this.closed || this.failure != null) {
			throw unusable();
		}
		boolean outermost = this.memory.enter();
		try {
			return machine.call(function, arguments);
		}
		catch (Throwable ex) {
			throw fail(ex, functionName);
		}
		finally {
			if (outermost) {
				this.memory.exit();
			}
		}
	}

	private WasmSandboxException fail(Throwable cause, String functionName) {
		WasmSandboxException mapped = FailureMapper.map(cause, this.moduleName, functionName, this.limits);
		this.failure = mapped;
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
		if (this.failure != null) {
			return new IllegalStateException(where + "failed before and runs no further calls; open a new one",
					this.failure);
		}
		return new IllegalStateException(where + "is not ready");
	}

	/** Whether a call is under way; for the owner's thread. */
	public boolean running() {
		return this.memory.running();
	}

	/** Stops the running call, or the next one; from any thread. */
	public void cancel() {
		this.memory.cancel(this.lease);
	}

	/**
	 * Ends the instance and empties its memory. A second call does nothing.
	 * @return whether the memory is clean and may serve the next instance
	 * @throws IllegalStateException while a call is running, or from another thread
	 */
	public boolean close() {
		if (this.closed) {
			return false;
		}
		if (Thread.currentThread() != this.owner) {
			throw unusable();
		}
		if (this.memory.running()) {
			throw new IllegalStateException(
					"The session on module '" + this.moduleName + "' cannot be closed while a call is running in it");
		}
		this.closed = true;
		this.code = null;
		this.memory.endLease();
		return this.memory.close();
	}

}
