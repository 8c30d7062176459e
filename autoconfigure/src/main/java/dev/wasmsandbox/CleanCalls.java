package dev.wasmsandbox;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.AbiFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.LeaseAccess;
import dev.wasmsandbox.guest.LeasedMemory;
import dev.wasmsandbox.observe.CallRecorder;
import dev.wasmsandbox.observe.CallStatistics;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.observe.WorkRecorder;
import dev.wasmsandbox.pool.TenantCaller;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * Runs single calls, each in a clean sandbox of the version in service: leases, runs,
 * gives back and counts. Thread-safe.
 */
class CleanCalls {

	private final ModuleVersions versions;

	private final CallStatistics statistics;

	/** In whose name calls are made; {@code null} for nobody. */
	private final @Nullable TenantCaller tenant;

	private final CallTimes times;

	CleanCalls(ModuleVersions versions, CallStatistics statistics, @Nullable TenantCaller tenant) {
		this.versions = versions;
		this.times = new CallTimes(versions.work());
		this.statistics = statistics;
		this.tenant = tenant;
	}

	/** The same calls in the name of a tenant. */
	CleanCalls inTheNameOf(TenantCaller caller) {
		return new CleanCalls(this.versions, this.statistics, caller);
	}

	/** Makes a call that runs on another thread. */
	<T extends @Nullable Object> AsyncCall<T> async(AsyncCall.Work<T> call) {
		return new AsyncCall<>(call);
	}

	/** A call was refused before it asked for a sandbox; it is counted already. */
	void refused(String function, WasmSandboxException failure) {
		// Nobody follows calls.
	}

	/** What tells of a session that is about to be opened. */
	SessionWork session(WorkRecorder recorder, String instanceId) {
		return new SessionWork(recorder);
	}

	/**
	 * Calls an export with raw values.
	 * @param resolvedIn the version whose export the function is
	 * @param calls who is told of this function's calls
	 */
	long @Nullable [] call(ModuleVersion resolvedIn, ModuleExport resolved, CallRecorder calls, long[] arguments,
			@Nullable AsyncCall<?> async) {
		long begun = this.times.begin();
		long cpu = this.times.cpu(calls, begun);
		ModuleVersion version = resolvedIn;
		ModuleExport function = resolved;
		GuestInstance guest = null;
		Outcome outcome = Outcome.ERROR;
		try {
			while (guest == null) {
				try {
					guest = acquire(version, begun);
				}
				catch (IllegalStateException ex) {
					version = this.versions.insteadOf(version, ex);
					function = version.resolve(function.name());
				}
			}
			begin(guest, function.name(), async);
			long[] results = guest.call(function, arguments);
			outcome = Outcome.SUCCESS;
			return results;
		}
		catch (WasmSandboxException ex) {
			outcome = Outcomes.of(ex);
			throw ex;
		}
		finally {
			end(guest, version, outcome, calls, begun, cpu);
		}
	}

	/** Calls a function by the module's convention. */
	void call(Typed function, AbiCall values, @Nullable AsyncCall<?> async) {
		long begun = this.times.begin();
		long cpu = this.times.cpu(function.calls, begun);
		ModuleVersion version = this.versions.current();
		GuestInstance guest = null;
		LeasedMemory memory = null;
		Outcome outcome = Outcome.ERROR;
		try {
			while (guest == null) {
				try {
					guest = acquire(version, begun);
				}
				catch (IllegalStateException ex) {
					version = this.versions.insteadOf(version, ex);
				}
			}
			begin(guest, function.name, async);
			AbiFunction bound = function.in(version);
			memory = new LeasedMemory(guest);
			guest.within(function.name, AbiFunction::call, bound, new LeaseAccess(guest, memory), values);
			outcome = Outcome.SUCCESS;
		}
		catch (WasmSandboxException ex) {
			outcome = Outcomes.of(ex);
			throw ex;
		}
		finally {
			if (memory != null) {
				memory.close();
			}
			end(guest, version, outcome, function.calls, begun, cpu);
		}
	}

	private GuestInstance acquire(ModuleVersion version, long begun) {
		if (!this.times.acquisition(begun)) {
			return version.pool().acquireForCall(this.tenant);
		}
		long asked = System.nanoTime();
		try {
			return version.pool().acquireForCall(this.tenant);
		}
		finally {
			// Who waited in vain has waited, too.
			this.times.acquired(asked);
		}
	}

	/** Gives the sandbox back, and counts the call, whatever becomes of the sandbox. */
	private void end(@Nullable GuestInstance guest, ModuleVersion version, Outcome outcome, CallRecorder calls,
			long begun, long cpu) {
		this.statistics.record(outcome, 1);
		try {
			if (guest != null) {
				this.times.releasing(guest);
				version.pool().release(guest);
			}
		}
		finally {
			this.times.end(calls, outcome, begun, cpu);
		}
	}

	private void begin(GuestInstance guest, String function, @Nullable AsyncCall<?> async) {
		if (async != null && !async.begin(guest)) {
			throw new SandboxInterruptedException(guest.moduleName(), function, "the call was cancelled", null);
		}
	}

	/**
	 * A function for values of some kinds, by name: what it is bound to is found again
	 * when another version of the module is in service. It holds no version, so that one
	 * kept for long keeps none alive. Thread-safe.
	 */
	static final class Typed {

		private final String name;

		private final CallShape shape;

		private final CallRecorder calls;

		/** Of the version used last. Immutable, so any that a thread sees is whole. */
		private @Nullable Bound last;

		/**
		 * Names a function.
		 * @throws dev.wasmsandbox.error.GuestAbiException if the convention of the
		 * version has no such function for such values
		 */
		Typed(String name, CallShape shape, ModuleVersion version) {
			this.name = name;
			this.shape = shape;
			in(version);
			this.calls = version.work().function(name);
		}

		String name() {
			return this.name;
		}

		private AbiFunction in(ModuleVersion version) {
			Bound bound = this.last;
			if (bound == null || bound.version() != version.number()) {
				bound = new Bound(version.number(), version.functions().get(this.name, this.shape));
				this.last = bound;
			}
			return bound.function();
		}

	}

	private record Bound(int version, AbiFunction function) {
	}

}
