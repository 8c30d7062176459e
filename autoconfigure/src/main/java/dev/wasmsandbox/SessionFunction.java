package dev.wasmsandbox;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * An export whose calls run in one session. It ends with the session, and belongs to its
 * thread.
 */
final class SessionFunction extends ResolvedFunction {

	private final SandboxSession session;

	private final GuestInstance guest;

	private final int index;

	private final SessionWork.Calls calls;

	SessionFunction(SandboxSession session, ModuleExport export) {
		super(session.moduleName(), export);
		this.session = session;
		this.guest = session.guest();
		this.index = export.index();
		this.calls = session.calls(export.name());
	}

	@Override
	long @Nullable [] invoke(ModuleExport function, long[] arguments) {
		if (this.calls.timesNext()) {
			// A copy, so that HotSpot need not make the array for all other calls.
			return invokeTimed(function, arguments.clone());
		}
		return invokeCounted(function, arguments);
	}

	private long @Nullable [] invokeCounted(ModuleExport function, long[] arguments) {
		try {
			long[] results = this.guest.call(function, this.index, arguments);
			this.calls.successes++;
			return results;
		}
		catch (WasmSandboxException ex) {
			this.session.failed(name(), ex);
			throw ex;
		}
	}

	private long @Nullable [] invokeTimed(ModuleExport function, long[] arguments) {
		long begun = this.calls.begin();
		long[] results = invokeCounted(function, arguments);
		this.calls.timed(begun);
		return results;
	}

	@Override
	void refused(GuestAbiException failure) {
		this.session.failed(name(), failure);
	}

	@Override
	<T extends @Nullable Object> T callTyped(Class<T> resultType, Object[] arguments) {
		return this.session.callTyped(name(), resultType, arguments);
	}

}
