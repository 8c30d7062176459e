package dev.wasmsandbox;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.observe.CallRecorder;
import dev.wasmsandbox.observe.CallStatistics;
import dev.wasmsandbox.observe.CallTracer;
import dev.wasmsandbox.observe.CallTracer.Origin;
import dev.wasmsandbox.observe.CallTracer.Subject;
import dev.wasmsandbox.observe.CallTracer.Trace;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.observe.WorkRecorder;
import dev.wasmsandbox.pool.TenantCaller;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * Calls that are traced, each from before its sandbox is asked for until after it was
 * given back. Thread-safe. It is a class of its own so that without a tracer calls look
 * for none: as long as it is not loaded there is one implementation to call.
 */
final class TracedCalls extends CleanCalls {

	private final ModuleVersions versions;

	private final CallStatistics statistics;

	private final @Nullable String tenant;

	private final CallTracer tracer;

	private TracedCalls(ModuleVersions versions, CallStatistics statistics, @Nullable TenantCaller tenant,
			CallTracer tracer) {
		super(versions, statistics, tenant);
		this.versions = versions;
		this.statistics = statistics;
		this.tenant = (tenant != null) ? tenant.name() : null;
		this.tracer = tracer;
	}

	/** Calls that a tracer follows; made here so that no other class loads this one. */
	static CleanCalls of(ModuleVersions versions, CallStatistics statistics, CallTracer tracer) {
		return new TracedCalls(versions, statistics, null, tracer);
	}

	@Override
	CleanCalls inTheNameOf(TenantCaller caller) {
		return new TracedCalls(this.versions, this.statistics, caller, this.tracer);
	}

	private Subject subject(String function) {
		boolean exported = this.versions.current().code().functions().containsKey(function);
		return new Subject(this.versions.definition().name(), function, exported, this.tenant);
	}

	private Trace begin(String function, @Nullable AsyncCall<?> async) {
		return this.tracer.call(subject(function), (async instanceof Handed<?> handed) ? handed.origin : null);
	}

	private static void end(Trace trace, @Nullable Throwable failure) {
		trace.end((failure != null) ? Outcomes.of(failure) : Outcome.SUCCESS, failure);
	}

	@Override
	long @Nullable [] call(ModuleVersion resolvedIn, ModuleExport resolved, CallRecorder calls, long[] arguments,
			@Nullable AsyncCall<?> async) {
		Trace trace = begin(resolved.name(), async);
		Throwable failure = null;
		try {
			return super.call(resolvedIn, resolved, calls, arguments, async);
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			end(trace, failure);
		}
	}

	@Override
	void call(Typed function, AbiCall values, @Nullable AsyncCall<?> async) {
		Trace trace = begin(function.name(), async);
		Throwable failure = null;
		try {
			super.call(function, values, async);
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			end(trace, failure);
		}
	}

	/** A trace without length, so that what was refused is found among the others. */
	@Override
	void refused(String function, WasmSandboxException failure) {
		end(begin(function, null), failure);
	}

	@Override
	<T extends @Nullable Object> AsyncCall<T> async(AsyncCall.Work<T> work) {
		return new Handed<>(work, this.tracer.origin());
	}

	@Override
	SessionWork session(WorkRecorder work, String instanceId) {
		return new TracedSession(work, this.tracer
			.session(new Subject(this.versions.definition().name(), "", false, this.tenant), instanceId));
	}

	/** A call on another thread, which goes on with what this one is doing. */
	private static final class Handed<T extends @Nullable Object> extends AsyncCall<T> {

		private final Origin origin;

		Handed(Work<T> work, Origin origin) {
			super(work);
			this.origin = origin;
		}

		@Override
		public void run() {
			CallTracer.Restored restored;
			try {
				restored = this.origin.restore();
			}
			catch (Throwable ex) {
				completeExceptionally(ex);
				return;
			}
			try {
				super.run();
			}
			finally {
				restored.close();
			}
		}

	}

	/**
	 * A session that is traced: it ends as its last call did that failed, or well. Its
	 * calls are not followed one by one; they take nanoseconds.
	 */
	private static final class TracedSession extends SessionWork {

		private final Trace trace;

		private @Nullable WasmSandboxException failure;

		TracedSession(WorkRecorder work, Trace trace) {
			super(work);
			this.trace = trace;
		}

		@Override
		void failed(String function, WasmSandboxException ex, Outcome outcome) {
			super.failed(function, ex, outcome);
			this.failure = ex;
		}

		@Override
		void notOpened(Throwable ex) {
			end(this.trace, ex);
		}

		@Override
		void released() {
			end(this.trace, this.failure);
		}

	}

}
