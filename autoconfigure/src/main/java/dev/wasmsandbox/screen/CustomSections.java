package dev.wasmsandbox.screen;

import java.io.ByteArrayOutputStream;

/**
 * Leaves the custom sections out of a module. What they say is not checked by anyone, and
 * the engine would read the names of functions there, believing every length.
 */
public final class CustomSections {

	private static final int HEADER = 8;

	private CustomSections() {
	}

	/** The same module without custom sections; the same array if it has none. */
	public static byte[] drop(byte[] module) {
		ByteArrayOutputStream kept = new ByteArrayOutputStream(module.length);
		kept.write(module, 0, HEADER);
		BinaryReader in = new BinaryReader(module, HEADER, module.length);
		while (in.remaining() > 0) {
			int begin = in.position();
			int id = in.u8();
			in.skip(in.count("bytes of a section"));
			if (id != 0) {
				kept.write(module, begin, in.position() - begin);
			}
		}
		return (kept.size() == module.length) ? module : kept.toByteArray();
	}

}
