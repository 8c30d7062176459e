package dev.wasmsandbox.benchmarks.guest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes parts of the WebAssembly binary format.
 */
final class WasmWriter {

	private static final byte[] HEADER = { 0, 'a', 's', 'm', 1, 0, 0, 0 };

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	/** Begins a module. */
	static WasmWriter module() {
		return new WasmWriter().raw(HEADER);
	}

	WasmWriter raw(byte... values) {
		this.bytes.writeBytes(values);
		return this;
	}

	/** One byte: an operation code, a type, a flag. */
	WasmWriter code(int value) {
		this.bytes.write(value);
		return this;
	}

	/** A number without a sign, in LEB128. */
	WasmWriter unsigned(long value) {
		long rest = value;
		while (Long.compareUnsigned(rest, 0x7f) > 0) {
			this.bytes.write((int) ((rest & 0x7f) | 0x80));
			rest >>>= 7;
		}
		this.bytes.write((int) rest);
		return this;
	}

	/** A number with a sign, in LEB128. */
	WasmWriter signed(long value) {
		long rest = value;
		while (rest < -64 || rest > 63) {
			this.bytes.write((int) ((rest & 0x7f) | 0x80));
			rest >>= 7;
		}
		this.bytes.write((int) (rest & 0x7f));
		return this;
	}

	/** Bytes after their number. */
	WasmWriter counted(byte[] content) {
		return unsigned(content.length).raw(content);
	}

	WasmWriter name(String name) {
		return counted(name.getBytes(StandardCharsets.UTF_8));
	}

	/** A section with one item. */
	WasmWriter section(int id, WasmWriter item) {
		return code(id).counted(new WasmWriter().unsigned(1).raw(item.toByteArray()).toByteArray());
	}

	/**
	 * Makes another module of a module: it does the same and is compiled apart. A custom
	 * section is added, which means nothing.
	 */
	static byte[] variant(byte[] module, int number) {
		WasmWriter section = new WasmWriter().name("variant" + number);
		return new WasmWriter().raw(module).code(0).counted(section.toByteArray()).toByteArray();
	}

	byte[] toByteArray() {
		return this.bytes.toByteArray();
	}

}
