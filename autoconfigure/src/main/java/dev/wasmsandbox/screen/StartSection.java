package dev.wasmsandbox.screen;

import java.util.Arrays;

/**
 * Cuts the start section out of a module, so that instantiating it runs nothing and the
 * start function can be called when it is wanted.
 */
public final class StartSection {

	private static final int START = 8;

	private StartSection() {
	}

	/** The same module without a start section; the same array if it has none. */
	public static byte[] cut(byte[] module) {
		BinaryReader in = new BinaryReader(module, 8, module.length);
		while (in.remaining() > 0) {
			int begin = in.position();
			int id = in.u8();
			in.skip(in.count("bytes of a section"));
			if (id == START) {
				byte[] result = Arrays.copyOf(module, module.length - (in.position() - begin));
				System.arraycopy(module, in.position(), result, begin, module.length - in.position());
				return result;
			}
		}
		return module;
	}

}
