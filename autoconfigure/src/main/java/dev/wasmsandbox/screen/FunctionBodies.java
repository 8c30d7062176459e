package dev.wasmsandbox.screen;

import java.io.ByteArrayOutputStream;

/**
 * Takes the code out of a module, whose functions then do nothing but trap. What is left
 * says everything about the module but what its functions do, at a fraction of the size.
 */
public final class FunctionBodies {

	private static final int CODE = 10;

	/** Three bytes: no locals, {@code unreachable}, {@code end}. */
	private static final byte[] TRAP = { 3, 0, 0, 0x0b };

	private FunctionBodies() {
	}

	/** The same module with functions that trap; the same array if it has none. */
	public static byte[] strip(byte[] module) {
		BinaryReader in = new BinaryReader(module, 8, module.length);
		while (in.remaining() > 0) {
			int begin = in.position();
			int id = in.u8();
			BinaryReader section = in.slice(in.count("bytes of a section"));
			if (id == CODE) {
				ByteArrayOutputStream stripped = new ByteArrayOutputStream();
				stripped.write(module, 0, begin);
				writeTraps(section.count("function bodies"), stripped);
				stripped.write(module, in.position(), module.length - in.position());
				return stripped.toByteArray();
			}
		}
		return module;
	}

	private static void writeTraps(int functions, ByteArrayOutputStream out) {
		ByteArrayOutputStream content = new ByteArrayOutputStream();
		writeUnsigned(functions, content);
		for (int i = 0; i < functions; i++) {
			content.writeBytes(TRAP);
		}
		out.write(CODE);
		writeUnsigned(content.size(), out);
		out.writeBytes(content.toByteArray());
	}

	/** In LEB128. */
	private static void writeUnsigned(int number, ByteArrayOutputStream out) {
		int rest = number;
		while (rest > 0x7f) {
			out.write((rest & 0x7f) | 0x80);
			rest >>>= 7;
		}
		out.write(rest);
	}

}
