package dev.wasmsandbox.screen;

/**
 * Walks over instructions without keeping them, so that features the engine lacks are
 * found before it is asked. Opcodes and immediates follow the core specification's binary
 * format (chapter 5.4) and the proposals on threads, tail calls, typed references and
 * exceptions.
 */
final class InstructionScanner {

	private static final int END = 0x0b;

	/** Deeper nesting would let a small module exhaust the stack of recursive readers. */
	private static final int MAX_NESTING = 1_000;

	/** Compiling a table takes time quadratic in its targets. */
	private static final int MAX_BRANCH_TARGETS = 20_000;

	private boolean tableEntries;

	private boolean tableGrowth;

	private boolean droppedSegments;

	private boolean exceptions;

	private boolean atomics;

	/** What the instructions seen so far can change. */
	Mutations mutations() {
		return new Mutations(this.tableEntries, this.tableGrowth, this.droppedSegments, this.exceptions, this.atomics);
	}

	/** Walks over one expression up to and including its closing {@code end}. */
	void expression(BinaryReader in) {
		int depth = 1;
		while (depth > 0) {
			int opcode = in.u8();
			if (opcode == END || opcode == 0x18) {
				depth--;
			}
			else if ((opcode >= 0x02 && opcode <= 0x04) || opcode == 0x06 || opcode == 0x1f) {
				depth++;
				if (depth > MAX_NESTING) {
					throw ScreeningFailure.overLimit("blocks are nested more than " + MAX_NESTING + " deep");
				}
			}
			immediates(opcode, in);
		}
	}

	private void immediates(int opcode, BinaryReader in) {
		switch (opcode) {
			case 0x26 -> {
				this.tableEntries = true;
				in.skipLeb(32);
			}
			case 0x07, 0x08, 0x09, 0x18 -> {
				this.exceptions = true;
				in.skipLeb(32);
			}
			case 0x02, 0x03, 0x04, 0x06 -> blockType(in);
			case 0x0c, 0x0d, 0x10, 0x12, 0x14, 0x15, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x3f, 0x40, 0xd2, 0xd5, 0xd6 ->
				in.skipLeb(32);
			case 0x0e -> {
				int labels = in.count("branch targets");
				if (labels > MAX_BRANCH_TARGETS) {
					throw ScreeningFailure
						.overLimit("a br_table has " + labels + " targets; " + MAX_BRANCH_TARGETS + " are allowed");
				}
				for (int i = 0; i <= labels; i++) {
					in.skipLeb(32);
				}
			}
			case 0x11, 0x13 -> {
				in.skipLeb(32);
				in.skipLeb(32);
			}
			case 0x1c -> {
				int types = in.count("types");
				for (int i = 0; i < types; i++) {
					ModuleScreener.valueType(in);
				}
			}
			case 0x1f -> tryTable(in);
			case 0x41 -> in.skipLeb(32);
			case 0x42 -> in.skipLeb(64);
			case 0x43 -> in.skip(4);
			case 0x44 -> in.skip(8);
			case 0xd0 -> in.skipLeb(33);
			case 0xfb -> throw ScreeningFailure.unsupported("uses garbage-collected types (the GC proposal)");
			case 0xfc -> bulk(in);
			case 0xfd -> throw ScreeningFailure
				.unsupported("uses SIMD (v128) instructions, which this engine does not run; build without them, "
						+ "for example with -mno-simd128");
			case 0xfe -> atomic(in);
			default -> plain(opcode, in);
		}
	}

	private void plain(int opcode, BinaryReader in) {
		this.exceptions |= opcode == 0x0a || opcode == 0x19;
		if (opcode >= 0x28 && opcode <= 0x3e) {
			memoryArgument(in);
			return;
		}
		boolean known = opcode <= 0x01 || opcode == 0x05 || opcode == 0x0a || opcode == END || opcode == 0x0f
				|| opcode == 0x19 || opcode == 0x1a || opcode == 0x1b || (opcode >= 0x45 && opcode <= 0xc4)
				|| opcode == 0xd1 || opcode == 0xd3 || opcode == 0xd4;
		if (!known) {
			throw in.malformed("unknown instruction 0x" + Integer.toHexString(opcode));
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
		this.tableGrowth |= opcode == 15;
		this.tableEntries |= opcode == 12 || opcode == 14 || opcode == 17;
		this.droppedSegments |= opcode == 9 || opcode == 13;
		for (int i = 0; i < indexes; i++) {
			in.skipLeb(32);
		}
	}

	private void atomic(BinaryReader in) {
		this.atomics = true;
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

	private static void memoryArgument(BinaryReader in) {
		long align = in.u32();
		if ((align & 0x40) != 0) {
			in.skipLeb(32);
		}
		in.skipLeb(64);
	}

	private static void blockType(BinaryReader in) {
		int first = in.peek();
		if (first == 0x40 || (first >= 0x63 && first <= 0x7f)) {
			if (first == 0x40) {
				in.u8();
			}
			else {
				ModuleScreener.valueType(in);
			}
		}
		else {
			in.skipLeb(33);
		}
	}

	private void tryTable(BinaryReader in) {
		this.exceptions = true;
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
