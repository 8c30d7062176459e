package dev.wasmsandbox.screen;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.limits.SandboxLimits;
import org.jspecify.annotations.Nullable;

/**
 * The first reader of a module's bytes: one pass that says what the module is, and
 * refuses with a reason what the engine cannot run. It guarantees that the framing of the
 * sections and bodies is right; that the instructions are valid is the engine's to check.
 *
 * <p>
 * Section ids and encodings follow the WebAssembly core specification 2.0, chapter 5.5.
 */
public final class ModuleScreener {

	private static final int MAGIC = 0x6d736100;

	private static final int MAX_TABLES = 100;

	/** The order of the known sections by id; custom sections may stand anywhere. */
	private static final int[] SECTION_ORDER = { 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11 };

	private final SandboxLimits limits;

	private final InstructionScanner scanner = new InstructionScanner();

	private final List<FunctionSignature> types = new ArrayList<>();

	private final List<Integer> functionTypes = new ArrayList<>();

	private final List<ModuleImport> imports = new ArrayList<>();

	private final List<ModuleExport> exports = new ArrayList<>();

	private int definedFunctions;

	private int bodies;

	private int tables;

	private long tableElements;

	private int globals;

	private final List<ValueType> globalTypes = new ArrayList<>();

	private @Nullable MemoryType memory;

	private int startFunction = -1;

	private ModuleScreener(SandboxLimits limits) {
		this.limits = limits;
	}

	/**
	 * Reads a module.
	 * @param moduleName what to call it in messages
	 * @param bytes the binary
	 * @param limits what it may use
	 * @return what it is
	 * @throws ModuleRejectedException if it is malformed, over a limit, or uses something
	 * the engine does not run
	 */
	public static ModuleReport screen(@Nullable String moduleName, byte[] bytes, SandboxLimits limits) {
		try {
			return new ModuleScreener(limits).read(bytes);
		}
		catch (ScreeningFailure failure) {
			throw new ModuleRejectedException(moduleName, null, failure.reason(),
					prefix(failure.reason()) + failure.text(), null);
		}
	}

	private static String prefix(Reason reason) {
		return switch (reason) {
			case MALFORMED -> "this is not a valid WebAssembly module: ";
			case UNSUPPORTED -> "this module cannot be run here: it ";
			default -> "";
		};
	}

	private ModuleReport read(byte[] bytes) {
		header(bytes);
		BinaryReader in = new BinaryReader(bytes, 8, bytes.length);
		int last = -1;
		while (in.remaining() > 0) {
			int id = in.u8();
			BinaryReader section = in.slice(in.count("bytes of a section"));
			if (id == 0) {
				section.name();
				continue;
			}
			int order = order(id, in);
			if (order <= last) {
				throw in.malformed("section " + id + " is out of order or repeated");
			}
			last = order;
			section(id, section);
			if (section.remaining() != 0) {
				throw section.malformed("section " + id + " is longer than its content");
			}
		}
		if (this.bodies != this.definedFunctions) {
			throw ScreeningFailure
				.malformed(this.definedFunctions + " functions are declared but " + this.bodies + " have a body");
		}
		return new ModuleReport(bytes.length, this.imports, this.exports, this.definedFunctions, this.tables,
				this.globals, this.memory, this.startFunction, this.scanner.mutations());
	}

	private void header(byte[] bytes) {
		if (bytes.length == 0) {
			throw ScreeningFailure.malformed("the file is empty");
		}
		if (bytes.length > this.limits.moduleBytes()) {
			throw ScreeningFailure.overLimit("the module has " + bytes.length + " bytes, but limits.module-size allows "
					+ this.limits.moduleBytes());
		}
		if (bytes.length < 8 || littleEndian(bytes, 0) != MAGIC) {
			throw ScreeningFailure.malformed("it does not begin with the magic bytes 00 61 73 6d");
		}
		int version = littleEndian(bytes, 4);
		if ((version & 0xffff) == 0x0d) {
			throw ScreeningFailure.unsupported("is a component (Component Model), not a core module; "
					+ "extract or build the core module instead");
		}
		if (version != 1) {
			throw ScreeningFailure.unsupported("has version " + version + " of the binary format; only 1 is known");
		}
	}

	private static int littleEndian(byte[] bytes, int at) {
		return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
	}

	private static int order(int id, BinaryReader in) {
		for (int i = 0; i < SECTION_ORDER.length; i++) {
			if (SECTION_ORDER[i] == id) {
				return i;
			}
		}
		throw in.malformed("unknown section " + id);
	}

	private void section(int id, BinaryReader in) {
		switch (id) {
			case 1 -> types(in);
			case 2 -> imports(in);
			case 3 -> functions(in);
			case 4 -> tables(in);
			case 5 -> memories(in);
			case 6 -> globals(in);
			case 7 -> exports(in);
			case 8 -> start(in);
			case 10 -> code(in);
			default -> in.skip(in.remaining());
		}
	}

	/** The engine never sees this section, so that nobody else would check it. */
	private void start(BinaryReader in) {
		int index = in.index();
		if (index >= this.functionTypes.size()) {
			throw in.malformed("unknown function " + index);
		}
		FunctionSignature signature = this.types.get(this.functionTypes.get(index));
		if (!signature.parameters().isEmpty() || !signature.results().isEmpty()) {
			throw in.malformed("the start function may take and return nothing, but is " + signature);
		}
		this.startFunction = index;
	}

	private void types(BinaryReader in) {
		int count = in.count("types");
		for (int i = 0; i < count; i++) {
			int form = in.u8();
			if (form >= 0x4e && form <= 0x5f) {
				throw ScreeningFailure.unsupported("declares garbage-collected types (the GC proposal)");
			}
			if (form != 0x60) {
				throw in.malformed("unknown form of a type 0x" + Integer.toHexString(form));
			}
			this.types.add(new FunctionSignature(valueTypes(in), valueTypes(in)));
		}
	}

	private static List<ValueType> valueTypes(BinaryReader in) {
		int count = in.count("types");
		if (count > 1_000) {
			throw ScreeningFailure
				.overLimit("a function type has " + count + " parameters or results; 1,000 are allowed");
		}
		List<ValueType> result = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			result.add(valueType(in));
		}
		return result;
	}

	static ValueType valueType(BinaryReader in) {
		int code = in.u8();
		if (code == 0x63 || code == 0x64) {
			in.skipLeb(33);
			return ValueType.OTHER;
		}
		if (code < 0x65 || code > 0x7f) {
			throw in.malformed("unknown value type 0x" + Integer.toHexString(code));
		}
		ValueType type = ValueType.ofCode(code);
		if (type == ValueType.V128) {
			throw ScreeningFailure.unsupported("uses SIMD (the v128 type), which this engine does not run; "
					+ "build without it, for example with -mno-simd128");
		}
		return type;
	}

	private void imports(BinaryReader in) {
		int count = in.count("imports");
		for (int i = 0; i < count; i++) {
			String module = in.name();
			String name = in.name();
			ExternalKind kind = kind(in);
			FunctionSignature signature = null;
			ValueType valueType = null;
			switch (kind) {
				case FUNCTION -> signature = addFunction(in);
				case TABLE -> valueType = table(in);
				case MEMORY -> memory(in, true);
				case GLOBAL -> {
					valueType = valueType(in);
					this.globalTypes.add(valueType);
					in.u8();
				}
				case TAG -> {
					in.u8();
					in.index();
				}
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
		if (type >= this.types.size()) {
			throw in.malformed("unknown type " + type);
		}
		this.functionTypes.add(type);
		return this.types.get(type);
	}

	private void functions(BinaryReader in) {
		this.definedFunctions = in.count("functions");
		for (int i = 0; i < this.definedFunctions; i++) {
			addFunction(in);
		}
	}

	private void tables(BinaryReader in) {
		int count = in.count("tables");
		for (int i = 0; i < count; i++) {
			if (in.peek() == 0x40) {
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
		ValueType elements = valueType(in);
		this.tableElements += limits(in, "table")[0];
		this.tables++;
		if (this.tableElements > SandboxLimits.MAX_TABLE_ELEMENTS || this.tables > MAX_TABLES) {
			throw ScreeningFailure.overLimit(
					"the module has " + this.tables + " tables with " + this.tableElements + " elements to begin with; "
							+ MAX_TABLES + " tables and " + SandboxLimits.MAX_TABLE_ELEMENTS + " elements are allowed");
		}
		return elements;
	}

	private void memories(BinaryReader in) {
		int count = in.count("memories");
		for (int i = 0; i < count; i++) {
			memory(in, false);
		}
	}

	private void memory(BinaryReader in, boolean imported) {
		if (this.memory != null) {
			throw ScreeningFailure.unsupported("has more than one memory (the multi-memory proposal)");
		}
		long[] range = limits(in, "memory");
		if (range[0] > this.limits.memoryPages()) {
			throw ScreeningFailure.overLimit("the module starts with " + range[0] * SandboxLimits.PAGE_BYTES
					+ " bytes of memory, but limits.memory allows " + this.limits.memoryBytes()
					+ "; raise limits.memory for this module");
		}
		this.memory = new MemoryType(range[0], range[1], imported);
	}

	private static long[] limits(BinaryReader in, String what) {
		int flags = in.u8();
		if (flags > 7) {
			throw in.malformed("unknown limits 0x" + Integer.toHexString(flags));
		}
		if ((flags & 2) != 0) {
			throw ScreeningFailure.unsupported("declares a shared " + what + " (the threads proposal)");
		}
		if ((flags & 4) != 0) {
			throw ScreeningFailure.unsupported("declares a 64-bit " + what + " (the memory64 proposal)");
		}
		long least = in.u32();
		long most = ((flags & 1) != 0) ? in.u32() : 65_536L;
		if (what.equals("memory") && (least > 65_536 || most > 65_536)) {
			throw in.malformed("memory size must be at most 65536 pages (4GiB)");
		}
		if ((flags & 1) != 0 && most < least) {
			throw in.malformed("the maximum of a " + what + " is below its minimum");
		}
		return new long[] { least, most };
	}

	private void globals(BinaryReader in) {
		this.globals = in.count("globals");
		for (int i = 0; i < this.globals; i++) {
			this.globalTypes.add(valueType(in));
			in.u8();
			this.scanner.expression(in);
		}
	}

	private void exports(BinaryReader in) {
		int count = in.count("exports");
		Set<String> names = new HashSet<>();
		for (int i = 0; i < count; i++) {
			String name = in.name();
			if (!names.add(name)) {
				throw in.malformed("the name '" + name + "' is exported twice");
			}
			ExternalKind kind = kind(in);
			int index = in.index();
			FunctionSignature signature = null;
			if (kind == ExternalKind.FUNCTION) {
				if (index >= this.functionTypes.size()) {
					throw in.malformed("unknown function " + index);
				}
				signature = this.types.get(this.functionTypes.get(index));
			}
			this.exports.add(new ModuleExport(name, kind, index, signature, globalType(kind, index, in)));
		}
	}

	private @Nullable ValueType globalType(ExternalKind kind, int index, BinaryReader in) {
		if (kind != ExternalKind.GLOBAL) {
			return null;
		}
		if (index >= this.globalTypes.size()) {
			throw in.malformed("unknown global " + index);
		}
		return this.globalTypes.get(index);
	}

	private void code(BinaryReader in) {
		this.bodies = in.count("function bodies");
		for (int i = 0; i < this.bodies; i++) {
			BinaryReader body = in.slice(in.count("bytes of a function body"));
			int groups = body.count("groups of locals");
			long locals = 0;
			for (int group = 0; group < groups; group++) {
				locals += body.u32();
				valueType(body);
			}
			if (locals > 50_000) {
				throw ScreeningFailure.overLimit("function " + i + " has " + locals + " locals; 50,000 are allowed");
			}
			this.scanner.expression(body);
			if (body.remaining() != 0) {
				throw body.malformed("a function body goes on behind its end");
			}
		}
	}

}
