package dev.wasmsandbox.screen;

import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.WasmFeature;

/**
 * Reads types: of values, functions, tables and memories. A type that is returned is one
 * the engine knows and the module may use.
 */
final class TypeReader {

	private final Allowance allowance;

	TypeReader(Allowance allowance) {
		this.allowance = allowance;
	}

	/** The content of the type section. */
	List<FunctionSignature> functionTypes(BinaryReader in) {
		int count = this.allowance.count(in, ModuleLimit.TYPES);
		List<FunctionSignature> types = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			int form = in.u8();
			if (form >= 0x4e && form <= 0x5f) {
				this.allowance.use(WasmFeature.GC);
			}
			if (form != 0x60) {
				throw in.malformed("unknown form of a type 0x" + Integer.toHexString(form));
			}
			FunctionSignature type = new FunctionSignature(valueTypes(in, ModuleLimit.PARAMETERS),
					valueTypes(in, ModuleLimit.RESULTS));
			if (type.results().size() > 1) {
				this.allowance.use(WasmFeature.MULTI_VALUE);
			}
			types.add(type);
		}
		return types;
	}

	private List<ValueType> valueTypes(BinaryReader in, ModuleLimit limit) {
		int count = this.allowance.count(in, limit);
		this.allowance.add(ModuleLimit.TYPE_VALUES, count);
		List<ValueType> result = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			result.add(valueType(in));
		}
		return result;
	}

	ValueType valueType(BinaryReader in) {
		int code = in.u8();
		if (code == 0x63 || code == 0x64) {
			this.allowance.use(WasmFeature.FUNCTION_REFERENCES);
			in.skipLeb(33);
			return ValueType.OTHER;
		}
		if (code < 0x65 || code > 0x7f) {
			throw in.malformed("unknown value type 0x" + Integer.toHexString(code));
		}
		ValueType type = ValueType.ofCode(code);
		switch (type) {
			case V128 -> this.allowance.use(WasmFeature.SIMD);
			case FUNCREF, EXTERNREF -> this.allowance.use(WasmFeature.REFERENCE_TYPES);
			case OTHER -> this.allowance.use(feature(code));
			default -> {
			}
		}
		return type;
	}

	/** The proposal that brought a reference type. */
	private static WasmFeature feature(int code) {
		return switch (code) {
			case 0x69, 0x74 -> WasmFeature.EXCEPTIONS;
			case 0x72, 0x73 -> WasmFeature.FUNCTION_REFERENCES;
			default -> WasmFeature.GC;
		};
	}

	/**
	 * A table's type.
	 *
	 * @param elements what it holds
	 * @param initialElements how many to begin with
	 */
	record TableType(ValueType elements, long initialElements) {
	}

	TableType table(BinaryReader in) {
		ValueType elements = ValueType.FUNCREF;
		// The one kind of table that the first version has.
		if (in.peek() == 0x70) {
			in.u8();
		}
		else {
			elements = valueType(in);
		}
		return new TableType(elements, limits(in)[0]);
	}

	MemoryType memory(BinaryReader in, boolean imported) {
		long[] range = limits(in);
		if (range[0] > 65_536 || range[1] > 65_536) {
			throw in.malformed("memory size must be at most 65536 pages (4GiB)");
		}
		return new MemoryType(range[0], range[1], imported);
	}

	private long[] limits(BinaryReader in) {
		int flags = in.u8();
		if (flags > 7) {
			throw in.malformed("unknown limits 0x" + Integer.toHexString(flags));
		}
		if ((flags & 2) != 0) {
			this.allowance.use(WasmFeature.THREADS);
		}
		if ((flags & 4) != 0) {
			this.allowance.use(WasmFeature.MEMORY64);
		}
		long least = in.u32();
		long most = ((flags & 1) != 0) ? in.u32() : 65_536L;
		if ((flags & 1) != 0 && most < least) {
			throw in.malformed("a maximum is below its minimum");
		}
		return new long[] { least, most };
	}

	/** Refuses a memory that is larger to begin with than a sandbox may have. */
	static void requireFits(MemoryType memory, SandboxLimits limits) {
		if (memory.initialPages() > limits.memoryPages()) {
			long asked = memory.initialPages() * SandboxLimits.PAGE_BYTES;
			throw ScreeningFailure.overLimit("limits.memory", limits.memoryBytes(), asked,
					"the module starts with " + asked + " bytes of memory, but limits.memory allows "
							+ limits.memoryBytes() + "; raise limits.memory for this module");
		}
	}

}
