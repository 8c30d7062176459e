package dev.wasmsandbox.screen;

import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.WasmFeature;

/**
 * Walks over instructions without keeping them, so that features the engine lacks are
 * found before it is asked. Opcodes and immediates follow the core specification's binary
 * format (chapter 5.4) and the proposals on threads, tail calls, typed references and
 * exceptions.
 */
final class InstructionScanner {

	private static final int END = 0x0b;

	private final Allowance allowance;

	private final TypeReader types;

	private boolean tableEntries;

	private boolean tableGrowth;

	private boolean droppedSegments;

	private boolean exceptions;

	private boolean atomics;

	InstructionScanner(Allowance allowance, TypeReader types) {
		this.allowance = allowance;
		this.types = types;
	}

	/** What the instructions seen so far can change. */
	Mutations mutations() {
		return new Mutations(this.tableEntries, this.tableGrowth, this.droppedSegments, this.exceptions, this.atomics);
	}

	/** Walks over one expression up to and including its closing {@code end}. */
	void expression(BinaryReader in) {
		int depth = 1;
		while (depth > 0) {
			int opcode = in.u8();
			if (opcode == END) {
				depth--;
			}
			else if ((opcode >= 0x02 && opcode <= 0x04) || opcode == 0x1f) {
				depth++;
				// The body itself is no block within a block.
				this.allowance.require(ModuleLimit.NESTING, depth - 1L);
			}
			immediates(opcode, in);
		}
	}

	private void immediates(int opcode, BinaryReader in) {
		switch (opcode) {
			case 0x06, 0x07, 0x09, 0x18, 0x19 -> this.allowance.use(WasmFeature.LEGACY_EXCEPTIONS);
			case 0x08 -> {
				exceptions();
				in.skipLeb(32);
			}
			case 0x02, 0x03, 0x04 -> blockType(in);
			case 0x0c, 0x0d, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x3f, 0x40 -> in.skipLeb(32);
			case 0x0e -> branchTable(in);
			case 0x11 -> {
				in.skipLeb(32);
				if (in.u32() != 0) {
					this.allowance.use(WasmFeature.REFERENCE_TYPES);
				}
			}
			case 0x1f -> tryTable(in);
			case 0x41 -> in.skipLeb(32);
			case 0x42 -> in.skipLeb(64);
			case 0x43 -> in.skip(4);
			case 0x44 -> in.skip(8);
			case 0xfb -> this.allowance.use(WasmFeature.GC);
			case 0xfc -> bulk(in);
			case 0xfd -> this.allowance.use(WasmFeature.SIMD);
			case 0xfe -> atomic(in);
			default -> later(opcode, in);
		}
	}

	/** Instructions of proposals with opcodes of one byte. */
	private void later(int opcode, BinaryReader in) {
		switch (opcode) {
			case 0x12, 0x15 -> {
				this.allowance.use(WasmFeature.TAIL_CALLS);
				in.skipLeb(32);
			}
			case 0x13 -> {
				this.allowance.use(WasmFeature.TAIL_CALLS);
				in.skipLeb(32);
				in.skipLeb(32);
			}
			case 0x14, 0xd5, 0xd6 -> {
				this.allowance.use(WasmFeature.FUNCTION_REFERENCES);
				in.skipLeb(32);
			}
			case 0xd4 -> this.allowance.use(WasmFeature.FUNCTION_REFERENCES);
			case 0xd3 -> this.allowance.use(WasmFeature.GC);
			case 0x1c -> selectTyped(in);
			case 0x25, 0x26, 0xd2 -> {
				this.allowance.use(WasmFeature.REFERENCE_TYPES);
				this.tableEntries |= opcode == 0x26;
				in.skipLeb(32);
			}
			case 0xd0 -> {
				this.allowance.use(WasmFeature.REFERENCE_TYPES);
				in.skipLeb(33);
			}
			case 0xd1 -> this.allowance.use(WasmFeature.REFERENCE_TYPES);
			case 0x0a -> exceptions();
			default -> plain(opcode, in);
		}
	}

	private void plain(int opcode, BinaryReader in) {
		if (opcode >= 0x28 && opcode <= 0x3e) {
			memoryArgument(in);
			return;
		}
		if (opcode >= 0xc0 && opcode <= 0xc4) {
			this.allowance.use(WasmFeature.SIGN_EXTENSION);
			return;
		}
		boolean known = opcode <= 0x01 || opcode == 0x05 || opcode == END || opcode == 0x0f || opcode == 0x1a
				|| opcode == 0x1b || (opcode >= 0x45 && opcode <= 0xbf);
		if (!known) {
			throw in.malformed("unknown instruction 0x" + Integer.toHexString(opcode));
		}
	}

	private void exceptions() {
		this.exceptions = true;
		this.allowance.use(WasmFeature.EXCEPTIONS);
	}

	private void branchTable(BinaryReader in) {
		int labels = this.allowance.count(in, ModuleLimit.BRANCH_TARGETS);
		this.allowance.add(ModuleLimit.TOTAL_BRANCH_TARGETS, labels);
		for (int i = 0; i <= labels; i++) {
			in.skipLeb(32);
		}
	}

	private void selectTyped(BinaryReader in) {
		this.allowance.use(WasmFeature.REFERENCE_TYPES);
		int count = in.count("types");
		for (int i = 0; i < count; i++) {
			this.types.valueType(in);
		}
	}

	private void bulk(BinaryReader in) {
		int opcode = in.index();
		int indexes = switch (opcode) {
			case 0, 1, 2, 3, 4, 5, 6, 7 -> 0;
			case 9, 11, 13, 15, 16, 17 -> 1;
			case 8, 10, 12, 14 -> 2;
			default -> throw in.malformed("unknown instruction 0xfc " + opcode);
		};
		this.allowance.use((opcode <= 7) ? WasmFeature.SATURATING_CONVERSIONS
				: (opcode <= 14) ? WasmFeature.BULK_MEMORY : WasmFeature.REFERENCE_TYPES);
		this.tableGrowth |= opcode == 15;
		this.tableEntries |= opcode == 12 || opcode == 14 || opcode == 17;
		this.droppedSegments |= opcode == 9 || opcode == 13;
		for (int i = 0; i < indexes; i++) {
			in.skipLeb(32);
		}
	}

	private void atomic(BinaryReader in) {
		this.atomics = true;
		this.allowance.use(WasmFeature.ATOMICS);
		int opcode = in.index();
		if (opcode == 0x03) {
			in.u8();
		}
		else if (opcode <= 0x02 || (opcode >= 0x10 && opcode <= 0x4e)) {
			memoryArgument(in);
		}
		else {
			throw in.malformed("unknown instruction 0xfe " + opcode);
		}
	}

	private void memoryArgument(BinaryReader in) {
		long align = in.u32();
		if ((align & 0x40) != 0) {
			this.allowance.use(WasmFeature.MULTI_MEMORY);
			in.skipLeb(32);
		}
		in.skipLeb(64);
	}

	private void blockType(BinaryReader in) {
		int first = in.peek();
		if (first == 0x40 || (first >= 0x63 && first <= 0x7f)) {
			if (first == 0x40) {
				in.u8();
			}
			else {
				this.types.valueType(in);
			}
		}
		else {
			this.allowance.use(WasmFeature.MULTI_VALUE);
			in.skipLeb(33);
		}
	}

	private void tryTable(BinaryReader in) {
		exceptions();
		blockType(in);
		int catches = in.count("catch clauses");
		for (int i = 0; i < catches; i++) {
			int kind = in.u8();
			if (kind > 3) {
				throw in.malformed("unknown catch clause " + kind);
			}
			if (kind <= 1) {
				in.skipLeb(32);
			}
			in.skipLeb(32);
		}
	}

}
