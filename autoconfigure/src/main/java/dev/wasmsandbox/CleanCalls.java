package dev.wasmsandbox;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.AbiFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.LeaseAccess;
import dev.wasmsandbox.guest.LeasedMemory;
import dev.wasmsandbox.observe.CallStatistics;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.TenantCaller;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * Runs single calls, each in a clean sandbox of the version in service: leases, runs,
 * gives back and counts. Thread-safe.
 */
final class CleanCalls {

	private final ModuleVersions versions;

	private final CallStatistics statistics;

	/** In whose name calls are made; {@code null} for nobody. */
	private final @Nullable TenantCaller tenant;

	CleanCalls(ModuleVersions versions, CallStatistics statistics, @Nullable TenantCaller tenant) {
		this.versions = versions;
		this.statistics = statistics;
		this.tenant = tenant;
	}

	/**
	 * Calls an export with raw values.
	 * @param resolvedIn the version whose export the function is
	 */
	long @Nullable [] call(ModuleVersion resolvedIn, ModuleExport resolved, long[] arguments,
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
			this.statistics.record(outcome, 1);
			if (guest != null) {
				version.pool().release(guest);
			}
		}
	}

	/** Calls a function by the module's convention. */
	void call(Typed function, AbiCall values, @Nullable AsyncCall<?> async) {
		ModuleVersion version = this.versions.current();
		GuestInstance guest = null;
		LeasedMemory memory = null;
		Outcome outcome = Outcome.ERROR;
		try {
			while (guest == null) {
				try {
					guest = version.pool().acquireForCall(this.tenant);
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
			this.statistics.record(outcome, 1);
			if (memory != null) {
				memory.close();
			}
			if (guest != null) {
				version.pool().release(guest);
			}
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
