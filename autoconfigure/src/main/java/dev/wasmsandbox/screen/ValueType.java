package dev.wasmsandbox.screen;

/**
 * The value types of the WebAssembly core specification 2.0. Types of later proposals
 * appear as {@link #OTHER}: they can be named in a signature, not passed by a caller.
 */
public enum ValueType {

	I32("i32"), I64("i64"), F32("f32"), F64("f64"), V128("v128"), FUNCREF("funcref"), EXTERNREF("externref"),
	OTHER("ref");

	private final String text;

	ValueType(String text) {
		this.text = text;
	}

	/** Whether it is a number, which a caller can pass and receive. */
	public boolean isNumeric() {
		return switch (this) {
			case I32, I64, F32, F64 -> true;
			default -> false;
		};
	}

	/** The name in the text format, for example {@code i32}. */
	@Override
	public String toString() {
		return this.text;
	}

	static ValueType ofCode(int code) {
		return switch (code) {
			case 0x7f -> I32;
			case 0x7e -> I64;
			case 0x7d -> F32;
			case 0x7c -> F64;
			case 0x7b -> V128;
			case 0x70 -> FUNCREF;
			case 0x6f -> EXTERNREF;
			default -> OTHER;
		};
	}

}
