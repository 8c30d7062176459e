package dev.wasmsandbox.abi;

import java.util.List;
import java.util.Locale;

/**
 * How the classes of AssemblyScript's arrays hold their elements, and by which constants
 * modules name them. Immutable.
 */
enum AssemblyScriptFamily {

	/** A typed array: a part of a buffer. */
	VIEW(1, "typed arrays"),

	/** {@code Array<T>}: a length, and a buffer that may be longer. */
	LIST(1 << 1, "arrays of the class Array"),

	/** {@code StaticArray<T>}: the elements themselves. */
	STATIC(1 << 2, "static arrays");

	static final List<AssemblyScriptFamily> ALL = List.of(values());

	private final int flag;

	private final String plural;

	AssemblyScriptFamily(int flag, String plural) {
		this.flag = flag;
		this.plural = plural;
	}

	/** What marks it in the table of classes. */
	int flag() {
		return this.flag;
	}

	/** Classes of it, as messages name them. */
	String plural() {
		return this.plural;
	}

	/** The constants that name a class of such elements, without their suffix. */
	List<String> names(ValueKind kind) {
		if (this != VIEW) {
			String prefix = (this == LIST) ? "Array" : "StaticArray";
			return elements(kind).stream().map((element) -> prefix + element).toList();
		}
		return switch (kind) {
			case BYTES -> List.of("Uint8Array", "Uint8ClampedArray", "Int8Array");
			case SHORTS -> List.of("Int16Array", "Uint16Array");
			case INTS -> List.of("Int32Array", "Uint32Array");
			case LONGS -> List.of("Int64Array", "Uint64Array");
			case FLOATS -> List.of("Float32Array");
			case DOUBLES -> List.of("Float64Array");
			default -> List.of();
		};
	}

	private static List<String> elements(ValueKind kind) {
		return switch (kind) {
			case BYTES -> List.of("U8", "I8");
			case SHORTS -> List.of("I16", "U16");
			case INTS -> List.of("I32", "U32");
			case LONGS -> List.of("I64", "U64");
			case FLOATS -> List.of("F32");
			case DOUBLES -> List.of("F64");
			case STRINGS -> List.of("String");
			default -> List.of();
		};
	}

	/** The class as AssemblyScript writes it, such as {@code Array<f64>}. */
	String type(String name) {
		if (this == VIEW) {
			return name;
		}
		int prefix = ((this == LIST) ? "Array" : "StaticArray").length();
		return name.substring(0, prefix) + "<" + name.substring(prefix).toLowerCase(Locale.ROOT) + ">";
	}

}
