package dev.wasmsandbox;

import java.util.Map;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.ImportGlobal;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportTable;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.GlobalImport;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.MemoryImport;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableImport;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.Value;

/** What a module imports beside functions, for one instance of the plain engine. */
final class PlainImports {

	private static final Map<String, Map<String, Number>> GLOBALS = Map.of("hideaway_imports",
			Map.of("env.__stack_pointer", 65_536, "env.__table_base", 3));

	private PlainImports() {
	}

	/** What a fixture's globals begin with where that is not zero. */
	static Map<String, Number> globals(String fixture) {
		return GLOBALS.getOrDefault(fixture, Map.of());
	}

	static ImportValues of(String fixture, WasmModule module) {
		ImportValues.Builder values = ImportValues.builder();
		for (Import item : module.importSection().stream().toList()) {
			if (item instanceof MemoryImport memory) {
				values.addMemory(new ImportMemory(item.module(), item.name(), new ByteArrayMemory(memory.limits())));
			}
			else if (item instanceof TableImport table) {
				TableLimits limits = new TableLimits(table.limits().min(), table.limits().max());
				values.addTable(new ImportTable(item.module(), item.name(),
						new TableInstance(new Table(table.entryType(), limits), Value.REF_NULL_VALUE)));
			}
			else if (item instanceof GlobalImport global) {
				Number given = globals(fixture).get(item.module() + "." + item.name());
				long zero = global.type().isReference() ? Value.REF_NULL_VALUE : 0;
				values.addGlobal(new ImportGlobal(item.module(), item.name(), new GlobalInstance(
						(given != null) ? given.longValue() : zero, 0, global.type(), global.mutabilityType())));
			}
		}
		return values.build();
	}

}
