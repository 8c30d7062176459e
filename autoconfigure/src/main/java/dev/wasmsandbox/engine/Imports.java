package dev.wasmsandbox.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.ValType;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.screen.ExternalKind;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleImport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * What a module's instances import: functions of the host, the same for all, and a
 * memory, tables and globals made for each. Immutable and thread-safe.
 */
final class Imports {

	private static final int MOST_NAMED = 20;

	private static final int MOST_LETTERS = 500;

	private final ImportFunction[] functions;

	/** In the order of the imports, as the code counts them. */
	private final HostCall[] calls;

	private final ImportValues shared;

	private final @Nullable ModuleImport memory;

	private final ImportedState state;

	Imports(ModuleReport report, List<HostBinding> bindings, ImportedState state) {
		this.state = state;
		this.functions = bindings.stream().map(Imports::importFunction).toArray(ImportFunction[]::new);
		this.calls = report.importedFunctions().stream().map((item) -> call(item, bindings)).toArray(HostCall[]::new);
		this.shared = ImportValues.builder().addFunction(this.functions).build();
		this.memory = report.imports()
			.stream()
			.filter((item) -> item.kind() == ExternalKind.MEMORY)
			.findFirst()
			.orElse(null);
	}

	/** The engine takes the first that fits, too. */
	private HostCall call(ModuleImport item, List<HostBinding> bindings) {
		for (int i = 0; i < bindings.size(); i++) {
			HostBinding binding = bindings.get(i);
			if (binding.module().equals(item.module()) && binding.name().equals(item.name())
					&& binding.signature().equals(item.signature())) {
				return (HostCall) this.functions[i].handle();
			}
		}
		throw new IllegalStateException("Nobody supplies " + item);
	}

	HostCall[] calls() {
		return this.calls;
	}

	/** What one instance imports. */
	ImportValues values(LinearMemory own) {
		ModuleImport item = this.memory;
		if (item == null && this.state.isEmpty()) {
			return this.shared;
		}
		ImportValues.Builder values = ImportValues.builder().addFunction(this.functions);
		if (item != null) {
			values.addMemory(new ImportMemory(item.module(), item.name(), own));
		}
		this.state.addTo(values);
		return values.build();
	}

	/**
	 * Checks that every import can be bound, without compiling the module.
	 * @param globals values for imported globals by {@code module.name}
	 * @throws ModuleRejectedException naming all imports that cannot, or all values that
	 * are for no imported global or of another type
	 */
	static void requireAll(String moduleName, ModuleReport report, List<HostBinding> bindings,
			Map<String, Number> globals) {
		requireFunctions(moduleName, report, bindings);
		List<String> problems = ImportedState.problems(report, globals);
		if (!problems.isEmpty()) {
			String known = report.imports()
				.stream()
				.filter((item) -> item.kind() == ExternalKind.GLOBAL)
				.map((item) -> item.qualifiedName() + " " + item.valueType())
				.collect(Collectors.collectingAndThen(Collectors.toList(),
						(names) -> GuestText.list(names, ", ", MOST_NAMED)));
			throw new ModuleRejectedException(moduleName, null, Reason.UNRESOLVED_IMPORTS, "globals",
					some(problems) + ". " + (known.isEmpty() ? "It imports no globals: remove the values."
							: "The globals it imports are " + known + "; correct the module's globals."),
					null);
		}
	}

	private static void requireFunctions(String moduleName, ModuleReport report, List<HostBinding> bindings) {
		Map<String, FunctionSignature> offered = new HashMap<>();
		bindings.forEach((binding) -> offered.put(binding.module() + "." + binding.name(), binding.signature()));
		List<String> problems = new ArrayList<>();
		boolean others = false;
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
			else if (item.kind() != ExternalKind.MEMORY && !ImportedState.canBeMade(item)) {
				problems.add(item.toString());
				others = true;
			}
		}
		if (!problems.isEmpty()) {
			String message = "it imports what nobody supplies: " + some(problems)
					+ ". Supply a HostFunction with the same module, name and signature for each function"
					+ hint(moduleName, report)
					+ (others
							? "; imported tags, and tables and globals of types other than numbers, funcref and externref, "
									+ "cannot be supplied."
							: ".");
			throw wantsWasi(report, bindings)
					? new ModuleRejectedException(moduleName, null, Reason.UNRESOLVED_IMPORTS, "wasi.enabled", message,
							null)
					: new ModuleRejectedException(moduleName, null, Reason.UNRESOLVED_IMPORTS, message, null);
		}
	}

	/** Whether it imports functions of WASI where none are offered. */
	private static boolean wantsWasi(ModuleReport report, List<HostBinding> bindings) {
		return report.importedFunctions().stream().anyMatch((item) -> item.module().equals("wasi_snapshot_preview1"))
				&& bindings.stream().noneMatch((binding) -> binding.target() instanceof HostBinding.Wasi);
	}

	/** Names and their number are the module's to choose, and messages go to logs. */
	private static String some(List<String> problems) {
		return GuestText.list(problems.stream()
			.map((problem) -> (problem.length() <= MOST_LETTERS) ? problem : problem.substring(0, MOST_LETTERS) + "...")
			.toList(), "; ", MOST_NAMED);
	}

	/** What to do about imports that a property would supply. */
	private static String hint(String moduleName, ModuleReport report) {
		boolean wasi = report.importedFunctions().stream().anyMatch((item) -> item.module().startsWith("wasi_"));
		return wasi ? "; the functions of wasi_snapshot_preview1 are there when wasm.modules." + moduleName
				+ ".wasi.enabled=true is set, and grant nothing by themselves" : "";
	}

	private static ImportFunction importFunction(HostBinding binding) {
		FunctionType type = FunctionType.of(types(binding.signature().parameters()),
				types(binding.signature().results()));
		return new HostFunction(binding.module(), binding.name(), type, new HostCall(binding));
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

}
