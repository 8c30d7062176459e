package dev.wasmsandbox;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.observe.CallRecorder;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * An export each of whose calls runs in a clean instance. It holds no version of the
 * module, so that a function kept for long keeps none alive. Thread-safe.
 */
final class CleanFunction extends ResolvedFunction {

	private final DefaultWasmSandbox sandbox;

	private final ModuleVersions versions;

	private final CleanCalls cleanCalls;

	private final CallRecorder calls;

	/** Of the version used last. Immutable, so any that a thread sees is whole. */
	private Resolved last;

	CleanFunction(DefaultWasmSandbox sandbox, ModuleVersions versions, CleanCalls cleanCalls, ModuleVersion version,
			ModuleExport export) {
		super(sandbox.name(), export);
		this.sandbox = sandbox;
		this.versions = versions;
		this.cleanCalls = cleanCalls;
		this.calls = version.work().function(export.name());
		this.last = new Resolved(version.number(), export);
	}

	@Override
	long @Nullable [] invoke(ModuleExport function, long[] arguments) {
		ModuleVersion version = this.versions.current();
		Resolved resolved = this.last;
		if (resolved.version() != version.number()) {
			resolved = new Resolved(version.number(), version.resolve(name()));
			this.last = resolved;
		}
		return this.cleanCalls.call(version, resolved.export(), this.calls, arguments, null);
	}

	@Override
	void refused(GuestAbiException failure) {
		this.sandbox.refused(name(), failure);
	}

	@Override
	<T extends @Nullable Object> T callTyped(Class<T> resultType, Object[] arguments) {
		return this.sandbox.callTyped(name(), resultType, arguments);
	}

	/** An export and the number of the version it is of, which has its index. */
	private record Resolved(int version, ModuleExport export) {
	}

}
