package dev.wasmsandbox.screen;

import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.WasmFeature;

/**
 * Reads the sections that fill what was declared: function bodies, element and data
 * segments. It walks over them and keeps nothing but counts.
 */
final class Contents {

	private static final int MUST_BE_PASSIVE = 1;

	private static final int HAS_INDEX = 2;

	private static final int HAS_EXPRESSIONS = 4;

	private final Allowance allowance;

	private final TypeReader types;

	private final InstructionScanner scanner;

	private int bodies;

	private int dataSegments;

	private int announcedDataSegments = -1;

	Contents(Allowance allowance, TypeReader types, InstructionScanner scanner) {
		this.allowance = allowance;
		this.types = types;
		this.scanner = scanner;
	}

	void code(BinaryReader in) {
		this.bodies = this.allowance.count(in, ModuleLimit.FUNCTIONS);
		for (int i = 0; i < this.bodies; i++) {
			body(in.slice(this.allowance.count(in, ModuleLimit.FUNCTION_BYTES)));
		}
	}

	private void body(BinaryReader in) {
		int groups = in.count("groups of locals");
		long locals = 0;
		for (int group = 0; group < groups; group++) {
			locals += in.u32();
			this.allowance.require(ModuleLimit.LOCALS, locals);
			this.types.valueType(in);
		}
		this.allowance.add(ModuleLimit.TOTAL_LOCALS, locals);
		this.scanner.expression(in);
		if (in.remaining() != 0) {
			throw in.malformed("a function body goes on behind its end");
		}
	}

	void elements(BinaryReader in) {
		int count = this.allowance.count(in, ModuleLimit.ELEMENT_SEGMENTS);
		for (int i = 0; i < count; i++) {
			elementSegment(in);
		}
	}

	private void elementSegment(BinaryReader in) {
		int flags = in.index();
		if (flags > 7) {
			throw in.malformed("unknown kind of element segment " + flags);
		}
		boolean active = (flags & MUST_BE_PASSIVE) == 0;
		boolean expressions = (flags & HAS_EXPRESSIONS) != 0;
		if (!active) {
			this.allowance.use(WasmFeature.BULK_MEMORY);
		}
		if (expressions) {
			this.allowance.use(WasmFeature.REFERENCE_TYPES);
		}
		if (active) {
			if ((flags & HAS_INDEX) != 0) {
				in.index();
			}
			this.scanner.expression(in);
		}
		if (!active || (flags & HAS_INDEX) != 0) {
			elementKind(expressions, in);
		}
		int elements = in.count("elements");
		this.allowance.add(ModuleLimit.SEGMENT_ELEMENTS, elements);
		for (int i = 0; i < elements; i++) {
			if (expressions) {
				this.scanner.expression(in);
			}
			else {
				in.index();
			}
		}
	}

	private void elementKind(boolean expressions, BinaryReader in) {
		if (expressions) {
			this.types.valueType(in);
		}
		else if (in.u8() != 0) {
			throw in.malformed("unknown kind of elements");
		}
	}

	void dataCount(BinaryReader in) {
		this.allowance.use(WasmFeature.BULK_MEMORY);
		this.announcedDataSegments = in.index();
		this.allowance.require(ModuleLimit.DATA_SEGMENTS, this.announcedDataSegments);
	}

	void data(BinaryReader in) {
		this.dataSegments = this.allowance.count(in, ModuleLimit.DATA_SEGMENTS);
		for (int i = 0; i < this.dataSegments; i++) {
			int flags = in.index();
			if (flags > 2) {
				throw in.malformed("unknown kind of data segment " + flags);
			}
			if (flags == MUST_BE_PASSIVE) {
				this.allowance.use(WasmFeature.BULK_MEMORY);
			}
			else {
				if (flags == HAS_INDEX) {
					in.index();
				}
				this.scanner.expression(in);
			}
			in.skip(in.count("bytes of data"));
		}
	}

	/** Checks what only the end of the module shows. */
	void requireComplete(int definedFunctions) {
		if (this.bodies != definedFunctions) {
			throw ScreeningFailure
				.malformed(definedFunctions + " functions are declared but " + this.bodies + " have a body");
		}
		if (this.announcedDataSegments >= 0 && this.announcedDataSegments != this.dataSegments) {
			throw ScreeningFailure.malformed(
					this.announcedDataSegments + " data segments are announced but there are " + this.dataSegments);
		}
	}

}
