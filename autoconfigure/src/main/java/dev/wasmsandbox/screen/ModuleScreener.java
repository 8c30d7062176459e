package dev.wasmsandbox.screen;

import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SandboxLimits;
import org.jspecify.annotations.Nullable;

/**
 * The first reader of a module's bytes: one pass that says what the module is, and
 * refuses with a reason what the engine cannot run or a limit does not allow. It
 * guarantees that the framing of sections and bodies is right, that everything that is
 * counted is within its {@link ModuleLimit}, and that no length was believed before the
 * bytes were there; that the instructions are valid is the engine's to check.
 *
 * <p>
 * Section ids and encodings follow the WebAssembly core specification 2.0, chapter 5.5.
 */
public final class ModuleScreener {

	private static final int MAGIC = 0x6d736100;

	/** The order of the known sections by id; custom sections may stand anywhere. */
	private static final int[] SECTION_ORDER = { 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11 };

	private static final String[] SECTION_NAMES = { "custom", "type", "import", "function", "table", "memory", "global",
			"export", "start", "element", "code", "data", "data count", "tag" };

	private final SandboxLimits limits;

	private final Allowance allowance;

	private final Declarations declarations;

	private final Contents contents;

	private final List<SectionInfo> sections = new ArrayList<>();

	private int codeBytes;

	private int customSections;

	private long customBytes;

	private ModuleScreener(SandboxLimits limits) {
		this.limits = limits;
		this.allowance = new Allowance(limits.module());
		TypeReader types = new TypeReader(this.allowance);
		InstructionScanner scanner = new InstructionScanner(this.allowance, types);
		this.declarations = new Declarations(limits, this.allowance, types, scanner);
		this.contents = new Contents(this.allowance, types, scanner);
	}

	/**
	 * Reads a module.
	 * @param moduleName what to call it in messages
	 * @param bytes the binary
	 * @param limits what it may use
	 * @return what it is
	 * @throws ModuleRejectedException if it is malformed, over a limit, or uses something
	 * the engine does not run or its features do not allow
	 */
	public static ModuleReport screen(@Nullable String moduleName, byte[] bytes, SandboxLimits limits) {
		try {
			return new ModuleScreener(limits).read(bytes);
		}
		catch (ScreeningFailure failure) {
			throw failure.rejection(moduleName);
		}
	}

	private ModuleReport read(byte[] bytes) {
		header(bytes);
		BinaryReader in = new BinaryReader(bytes, 8, bytes.length);
		int last = -1;
		while (in.remaining() > 0) {
			int id = in.u8();
			int length = in.count("bytes of a section");
			BinaryReader section = in.slice(length);
			if (id == 0) {
				custom(section, length);
				continue;
			}
			int order = order(id, in);
			if (order <= last) {
				throw in.malformed("section " + id + " is out of order or repeated");
			}
			last = order;
			this.sections.add(new SectionInfo(SECTION_NAMES[id], length));
			section(id, section);
			if (section.remaining() != 0) {
				throw section.malformed("section " + id + " is longer than its content");
			}
		}
		if (this.customSections > 0) {
			this.sections.add(new SectionInfo(SECTION_NAMES[0], (int) this.customBytes));
		}
		this.contents.requireComplete(this.declarations.definedFunctions());
		return this.declarations.report(bytes.length, this.codeBytes, this.sections);
	}

	/** What such a section says is of no use here, and the engine does not get it. */
	private void custom(BinaryReader section, int length) {
		this.customSections++;
		this.customBytes += length;
		this.allowance.require(ModuleLimit.CUSTOM_SECTIONS, this.customSections);
		section.name(this.allowance);
	}

	private void header(byte[] bytes) {
		if (bytes.length == 0) {
			throw ScreeningFailure.malformed("the file is empty");
		}
		if (bytes.length > this.limits.moduleBytes()) {
			// By how many is not known: a source reads no further than one byte beyond
			// it.
			throw ScreeningFailure.overLimit("limits.module-size", this.limits.moduleBytes(), bytes.length,
					"the module has more than " + this.limits.moduleBytes()
							+ " bytes, the most that limits.module-size allows");
		}
		if (bytes.length < 8 || littleEndian(bytes, 0) != MAGIC) {
			throw ScreeningFailure.malformed("it does not begin with the magic bytes 00 61 73 6d");
		}
		int version = littleEndian(bytes, 4);
		if ((version & 0xffff) == 0x0d) {
			throw ScreeningFailure.unsupported("is a component (Component Model), which this engine does not run; "
					+ "build a core module instead (for Rust the target wasm32-wasip1, not wasm32-wasip2), "
					+ "or take the one inside out with 'wasm-tools component unbundle'");
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
			case 1 -> this.declarations.types(in);
			case 2 -> this.declarations.imports(in);
			case 3 -> this.declarations.functions(in);
			case 4 -> this.declarations.tables(in);
			case 5 -> this.declarations.memories(in);
			case 6 -> this.declarations.globals(in);
			case 7 -> this.declarations.exports(in);
			case 8 -> this.declarations.start(in);
			case 9 -> this.contents.elements(in);
			case 10 -> {
				this.codeBytes = in.remaining();
				this.contents.code(in);
			}
			case 11 -> this.contents.data(in);
			case 12 -> this.contents.dataCount(in);
			case 13 -> this.declarations.tags(in);
			default -> throw new IllegalStateException("Section " + id + " is not known");
		}
	}

}
