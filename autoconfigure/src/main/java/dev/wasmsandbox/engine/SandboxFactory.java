package dev.wasmsandbox.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.ValType;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.screen.ExternalKind;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleImport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * Makes instances of one module with its imports bound. Thread-safe.
 */
public final class SandboxFactory {

	private final String moduleName;

	private final CompiledModule module;

	private final SandboxLimits limits;

	private final Watchdog watchdog;

	private final ImportFunction[] functions;

	private final @Nullable ModuleImport importedMemory;

	/**
	 * Binds the imports of a module.
	 * @param moduleName what to call it in messages
	 * @param module the code
	 * @param bindings the functions of the host; those the module does not import are
	 * passed over
	 * @throws ModuleRejectedException if an import is left open, or a function's
	 * signature is not the imported one
	 */
	public SandboxFactory(String moduleName, CompiledModule module, List<HostBinding> bindings, SandboxLimits limits,
			Watchdog watchdog) {
		requireImports(moduleName, module.report(), bindings);
		this.moduleName = moduleName;
		this.module = module;
		this.limits = limits;
		this.watchdog = watchdog;
		this.functions = bindings.stream().map(SandboxFactory::importFunction).toArray(ImportFunction[]::new);
		this.importedMemory = module.report()
			.imports()
			.stream()
			.filter((item) -> item.kind() == ExternalKind.MEMORY)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Checks that every import can be bound, without compiling the module.
	 * @throws ModuleRejectedException naming all imports that cannot
	 */
	public static void requireImports(String moduleName, ModuleReport report, List<HostBinding> bindings) {
		Map<String, FunctionSignature> offered = new HashMap<>();
		bindings.forEach((binding) -> offered.put(binding.module() + "." + binding.name(), binding.signature()));
		List<String> problems = new ArrayList<>();
		for (ModuleImport item : report.imports()) {
			if (item.kind() == ExternalKind.FUNCTION) {
				FunctionSignature found = offered.get(item.module() + "." + item.name());
				if (found == null) {
					problems.add(item.toString());
				}
				else if (!found.equals(item.signature())) {
					problems.add(item + " (the host function with this name is " + found + ")");
				}
			}
			else if (item.kind() != ExternalKind.MEMORY) {
				problems.add(item.toString());
			}
		}
		if (!problems.isEmpty()) {
			throw new ModuleRejectedException(moduleName, null, Reason.UNRESOLVED_IMPORTS,
					"it imports what nobody supplies: " + String.join("; ", problems)
							+ ". Supply a HostFunction with the same module, name and signature for each function.",
					null);
		}
	}

	private static ImportFunction importFunction(HostBinding binding) {
		FunctionType type = FunctionType.of(types(binding.signature().parameters()),
				types(binding.signature().results()));
		String name = binding.module() + "." + binding.name();
		int results = binding.signature().results().size();
		return new HostFunction(binding.module(), binding.name(), type, (instance, arguments) -> {
			GuestInstance guest = ((GuestMachine) instance.getMachine()).guest();
			long[] answer = callHost(binding.target(), guest, name, arguments);
			if (((answer != null) ? answer.length : 0) != results) {
				throw new HostFailure(name, new HostFunctionException(null, null,
						"the host function " + name + " must return " + results + " values", null));
			}
			return answer;
		});
	}

	private static long @Nullable [] callHost(HostBinding.Target target, GuestInstance guest, String name,
			long[] arguments) {
		try {
			return target.call(guest, arguments);
		}
		catch (WasmSandboxException | GuestStopped | StackOverflowError ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new HostFailure(name, ex);
		}
	}

	private static List<ValType> types(List<ValueType> types) {
		List<ValType> result = new ArrayList<>();
		for (ValueType type : types) {
			result.add(switch (type) {
				case I32 -> ValType.I32;
				case I64 -> ValType.I64;
				case F32 -> ValType.F32;
				case F64 -> ValType.F64;
				case FUNCREF -> ValType.FuncRef;
				case EXTERNREF -> ValType.ExternRef;
				case V128, OTHER -> throw new IllegalArgumentException("A host function cannot take or return " + type);
			});
		}
		return result;
	}

	/**
	 * Reserves memory for one sandbox; it serves one instance at a time, again and again.
	 */
	public LinearMemory newMemory() {
		return LinearMemory.reserve(this.module.report().memory(), this.limits, this.watchdog);
	}

	/** Gives the memory back to the system. Nothing may use it any more. */
	public void discard(LinearMemory memory) {
		memory.release();
	}

	/**
	 * Makes a new instance over a clean memory and runs its start function, under the
	 * call's time limit. The current thread becomes its owner.
	 * @throws ModuleRejectedException if it cannot be instantiated
	 */
	public GuestInstance instantiate(LinearMemory memory) {
		memory.open();
		GuestInstance guest = new GuestInstance(this.moduleName, this.module, memory, this.limits);
		boolean outermost = memory.enter();
		try {
			Instance instance = Instance.builder(this.module.module())
				.withMemoryFactory((declared) -> memory)
				.withTableFactory(SandboxFactory::table)
				.withMachineFactory((self) -> guest.attach(this.module.newMachine(self)))
				.withImportValues(imports(memory))
				.withStart(false)
				.build();
			guest.attach(instance);
			return guest;
		}
		catch (Throwable ex) {
			WasmSandboxException failure = FailureMapper.map(ex, this.moduleName, null, this.limits);
			if (failure instanceof SandboxTimeoutException || failure instanceof SandboxInterruptedException) {
				throw failure;
			}
			throw new ModuleRejectedException(this.moduleName, null, Reason.INSTANTIATION_FAILED,
					"it cannot be instantiated: " + ex.getMessage(), failure);
		}
		finally {
			if (outermost) {
				memory.exit();
			}
		}
	}

	private ImportValues imports(LinearMemory memory) {
		ImportValues.Builder imports = ImportValues.builder().addFunction(this.functions);
		ModuleImport item = this.importedMemory;
		if (item != null) {
			imports.addMemory(new ImportMemory(item.module(), item.name(), memory));
		}
		return imports.build();
	}

	/**
	 * Gives every instance table limits of its own: the parsed module's are shared by all
	 * instances, and growing a table changes them.
	 */
	private static TableInstance table(Table table, int initial) {
		TableLimits limits = new TableLimits(table.limits().min(), table.limits().max());
		return new TableInstance(new Table(table.elementType(), limits), initial);
	}

}
