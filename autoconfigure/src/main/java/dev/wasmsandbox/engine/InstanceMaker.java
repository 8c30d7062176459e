package dev.wasmsandbox.engine;

import java.util.List;
import java.util.function.Supplier;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * Makes the engine's instances of one module over memories that are open, and runs what
 * belongs to their start. Both have the time limit of a call; what fails is a
 * {@link ModuleRejectedException}. Thread-safe.
 */
final class InstanceMaker {

	private final String moduleName;

	private final CompiledModule module;

	private final SandboxLimits limits;

	private final Imports imports;

	/** The functions to call after the start function. */
	private final List<ModuleExport> starts;

	InstanceMaker(String moduleName, CompiledModule module, SandboxLimits limits, Imports imports,
			List<ModuleExport> starts) {
		this.moduleName = moduleName;
		this.module = module;
		this.limits = limits;
		this.imports = imports;
		this.starts = starts;
	}

	/** Runs the module's start function, if it has one, and what else belongs to it. */
	void runStart(Sandbox sandbox) {
		int start = this.module.report().startFunction();
		GuestCode code = sandbox.code();
		if (start >= 0 && code != null) {
			guarded(sandbox, () -> code.call(start, new long[0], sandbox.memory()));
		}
		for (ModuleExport export : this.starts) {
			if (code != null) {
				guarded(sandbox, () -> startBy(sandbox, code, export));
			}
		}
	}

	/** A program's {@code _start} may end by an exit; what it prepared is there then. */
	private static long @Nullable [] startBy(Sandbox sandbox, GuestCode code, ModuleExport export) {
		FunctionSignature signature = export.signature();
		try {
			long[] arguments = new long[(signature != null) ? signature.parameters().size() : 0];
			return code.call(export.index(), arguments, sandbox.memory());
		}
		catch (GuestExit exit) {
			if (exit.code() == 0 && export.name().equals("_start")) {
				return null;
			}
			throw exit;
		}
	}

	/** Makes an instance over a memory that is open; its start function has not run. */
	Instance instantiate(Sandbox sandbox) {
		return guarded(sandbox, () -> {
			Instance instance = Instance.builder(this.module.module())
				.withMemoryFactory((declared) -> sandbox.memory())
				.withTableFactory(this::table)
				.withMachineFactory((self) -> sandbox.attach(this.module.newMachine(self)))
				.withImportValues(this.imports.values(sandbox.memory()))
				.withStart(false)
				.build();
			sandbox.attach(instance);
			return instance;
		});
	}

	private <T> T guarded(Sandbox sandbox, Supplier<T> step) {
		boolean outermost = sandbox.memory().enter();
		try {
			return step.get();
		}
		catch (Throwable ex) {
			WasmSandboxException failure = FailureMapper.map(ex, this.moduleName, null, this.limits,
					sandbox.memory().refusedBytes());
			if (failure instanceof SandboxTimeoutException || failure instanceof SandboxInterruptedException) {
				throw failure;
			}
			throw new ModuleRejectedException(this.moduleName, null, Reason.INSTANTIATION_FAILED,
					"it cannot be instantiated: " + reason(ex), failure);
		}
		finally {
			if (outermost) {
				sandbox.memory().exitFailed();
			}
		}
	}

	/** What a host function threw is named, not cited: it may tell of the host. */
	private static String reason(Throwable failure) {
		Throwable cause = failure.getCause();
		return (failure instanceof HostFailure host && cause != null)
				? "the host function " + host.function() + " threw " + cause.getClass().getName()
				: String.valueOf(failure.getMessage());
	}

	private TableInstance table(Table table, int initial) {
		TableLimits limits = ImportedState.limits(table.limits(), this.module.report().tables(),
				this.limits.module().get(ModuleLimit.TABLE_ELEMENTS));
		return new TableInstance(new Table(table.elementType(), limits), initial);
	}

}
