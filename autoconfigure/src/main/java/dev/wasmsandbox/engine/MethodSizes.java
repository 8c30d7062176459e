package dev.wasmsandbox.engine;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;

/** Looks at the sizes of generated methods. */
final class MethodSizes {

	/**
	 * HotSpot's {@code HugeMethodLimit}: with {@code -XX:+DontCompileHugeMethods}, its
	 * default, methods with more bytes of bytecode are never compiled.
	 */
	private static final int HUGE = 8_000;

	private MethodSizes() {
	}

	/** How many methods of a class are longer than HotSpot compiles. */
	static int huge(byte[] classFile) {
		return (int) ClassFile.of()
			.parse(classFile)
			.methods()
			.stream()
			.flatMap((method) -> method.findAttribute(Attributes.code()).stream())
			.filter((code) -> code.codeLength() > HUGE)
			.count();
	}

}
