package dev.wasmsandbox.screen;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.WasmFeature;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sections that say what a module has: imports, functions, tables, memories,
 * globals, tags, exports and the start function. Every index it keeps is one of a thing
 * that was declared before it.
 */
final class Declarations {

	private final SandboxLimits limits;

	private final Allowance allowance;

	private final TypeReader typeReader;

	private final InstructionScanner scanner;

	private List<FunctionSignature> types = List.of();

	private final List<Integer> functionTypes = new ArrayList<>();

	private final List<ModuleImport> imports = new ArrayList<>();

	private final List<ModuleExport> exports = new ArrayList<>();

	private final List<GlobalType> globalTypes = new ArrayList<>();

	private int definedFunctions;

	private int tables;

	private int globals;

	private @Nullable MemoryType memory;

	private int startFunction = -1;

	private record GlobalType(ValueType type, boolean mutable) {
	}

	Declarations(SandboxLimits limits, Allowance allowance, TypeReader typeReader, InstructionScanner scanner) {
		this.limits = limits;
		this.allowance = allowance;
		this.typeReader = typeReader;
		this.scanner = scanner;
	}

	void types(BinaryReader in) {
		this.types = this.typeReader.functionTypes(in);
	}

	void imports(BinaryReader in) {
		int count = this.allowance.count(in, ModuleLimit.IMPORTS);
		for (int i = 0; i < count; i++) {
			String module = in.name(this.allowance);
			String name = in.name(this.allowance);
			ExternalKind kind = kind(in);
			FunctionSignature signature = null;
			ValueType valueType = null;
			switch (kind) {
				case FUNCTION -> signature = addFunction(in);
				case TABLE -> valueType = table(in);
				case MEMORY -> memory(in, true);
				case GLOBAL -> {
					GlobalType global = global(in);
					valueType = global.type;
					if (global.mutable) {
						this.allowance.use(WasmFeature.MUTABLE_GLOBALS);
					}
				}
				case TAG -> tag(in);
			}
			this.imports.add(new ModuleImport(module, name, kind, signature, valueType));
		}
	}

	private static ExternalKind kind(BinaryReader in) {
		int code = in.u8();
		ExternalKind[] kinds = ExternalKind.values();
		if (code >= kinds.length) {
			throw in.malformed("unknown kind of import or export " + code);
		}
		return kinds[code];
	}

	private FunctionSignature addFunction(BinaryReader in) {
		int type = in.index();
		FunctionSignature signature = type(type, in);
		this.functionTypes.add(type);
		return signature;
	}

	private FunctionSignature type(int index, BinaryReader in) {
		if (index >= this.types.size()) {
			throw in.malformed("unknown type " + index);
		}
		return this.types.get(index);
	}

	void functions(BinaryReader in) {
		this.definedFunctions = this.allowance.count(in, ModuleLimit.FUNCTIONS);
		for (int i = 0; i < this.definedFunctions; i++) {
			addFunction(in);
		}
	}

	void tables(BinaryReader in) {
		int count = this.allowance.count(in, ModuleLimit.TABLES);
		for (int i = 0; i < count; i++) {
			if (in.peek() == 0x40) {
				this.allowance.use(WasmFeature.FUNCTION_REFERENCES);
				in.skip(2);
				table(in);
				this.scanner.expression(in);
			}
			else {
				table(in);
			}
		}
	}

	private ValueType table(BinaryReader in) {
		TypeReader.TableType type = this.typeReader.table(in);
		this.allowance.add(ModuleLimit.TABLE_ELEMENTS, type.initialElements());
		this.allowance.add(ModuleLimit.TABLES, 1);
		this.tables++;
		if (this.tables > 1) {
			this.allowance.use(WasmFeature.REFERENCE_TYPES);
		}
		return type.elements();
	}

	void memories(BinaryReader in) {
		int count = in.count("memories");
		for (int i = 0; i < count; i++) {
			memory(in, false);
		}
	}

	private void memory(BinaryReader in, boolean imported) {
		if (this.memory != null) {
			this.allowance.use(WasmFeature.MULTI_MEMORY);
		}
		this.memory = this.typeReader.memory(in, imported);
		TypeReader.requireFits(this.memory, this.limits);
	}

	/** A tag belongs to exceptions; it has a reserved byte and a type. */
	private void tag(BinaryReader in) {
		this.allowance.use(WasmFeature.EXCEPTIONS);
		if (in.u8() != 0) {
			throw in.malformed("unknown attribute of a tag");
		}
		type(in.index(), in);
	}

	void tags(BinaryReader in) {
		int count = in.count("tags");
		this.allowance.require(ModuleLimit.TYPES, count);
		for (int i = 0; i < count; i++) {
			tag(in);
		}
	}

	private GlobalType global(BinaryReader in) {
		ValueType type = this.typeReader.valueType(in);
		int mutable = in.u8();
		if (mutable > 1) {
			throw in.malformed("unknown mutability " + mutable);
		}
		GlobalType global = new GlobalType(type, mutable == 1);
		this.globalTypes.add(global);
		return global;
	}

	void globals(BinaryReader in) {
		this.globals = this.allowance.count(in, ModuleLimit.GLOBALS);
		for (int i = 0; i < this.globals; i++) {
			global(in);
			this.scanner.expression(in);
		}
	}

	void exports(BinaryReader in) {
		int count = this.allowance.count(in, ModuleLimit.EXPORTS);
		Set<String> names = new HashSet<>();
		for (int i = 0; i < count; i++) {
			String name = in.name(this.allowance);
			if (!names.add(name)) {
				throw in.malformed("the name '" + abbreviated(name) + "' is exported twice");
			}
			ExternalKind kind = kind(in);
			int index = in.index();
			FunctionSignature signature = (kind == ExternalKind.FUNCTION) ? function(index, in) : null;
			ValueType type = (kind == ExternalKind.GLOBAL) ? exportedGlobal(index, in) : null;
			if (kind == ExternalKind.MEMORY && (this.memory == null || index != 0)) {
				throw in.malformed("unknown memory " + index);
			}
			if (kind == ExternalKind.TABLE && index >= this.tables) {
				throw in.malformed("unknown table " + index);
			}
			this.exports.add(new ModuleExport(name, kind, index, signature, type));
		}
	}

	private static String abbreviated(String name) {
		return (name.length() <= 100) ? name : name.substring(0, 100) + "...";
	}

	private FunctionSignature function(int index, BinaryReader in) {
		if (index >= this.functionTypes.size()) {
			throw in.malformed("unknown function " + index);
		}
		return this.types.get(this.functionTypes.get(index));
	}

	private ValueType exportedGlobal(int index, BinaryReader in) {
		if (index >= this.globalTypes.size()) {
			throw in.malformed("unknown global " + index);
		}
		GlobalType global = this.globalTypes.get(index);
		if (global.mutable) {
			this.allowance.use(WasmFeature.MUTABLE_GLOBALS);
		}
		return global.type;
	}

	/** The engine never sees this section, so that nobody else would check it. */
	void start(BinaryReader in) {
		int index = in.index();
		FunctionSignature signature = function(index, in);
		if (!signature.parameters().isEmpty() || !signature.results().isEmpty()) {
			throw in.malformed("the start function may take and return nothing, but is " + signature);
		}
		this.startFunction = index;
	}

	int definedFunctions() {
		return this.definedFunctions;
	}

	ModuleReport report(int size, int codeBytes, List<SectionInfo> sections) {
		return new ModuleReport(size, this.imports, this.exports, this.definedFunctions, this.tables, this.globals,
				this.memory, this.startFunction, this.scanner.mutations(), sections, this.allowance.used(), codeBytes);
	}

}
