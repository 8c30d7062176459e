package dev.wasmsandbox.screen;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a function takes and returns. Immutable.
 *
 * @param parameters the types of the parameters, in order
 * @param results the types of the results, in order
 */
public record FunctionSignature(List<ValueType> parameters, List<ValueType> results) {

	public FunctionSignature {
		parameters = List.copyOf(parameters);
		results = List.copyOf(results);
	}

	/**
	 * Reads a signature such as {@code (i32, i64) -> f64} or {@code () -> ()}.
	 * @throws IllegalArgumentException if the text is anything else
	 */
	public static FunctionSignature parse(String text) {
		int arrow = text.indexOf("->");
		if (arrow < 0) {
			throw new IllegalArgumentException("Not a signature, expected for example (i32, i64) -> f64: " + text);
		}
		return new FunctionSignature(types(text.substring(0, arrow), text), types(text.substring(arrow + 2), text));
	}

	private static List<ValueType> types(String part, String whole) {
		String list = part.strip();
		if (list.startsWith("(") && list.endsWith(")")) {
			list = list.substring(1, list.length() - 1).strip();
		}
		List<ValueType> types = new ArrayList<>();
		if (!list.isEmpty()) {
			for (String name : list.split(",", -1)) {
				types.add(type(name.strip(), whole));
			}
		}
		return types;
	}

	private static ValueType type(String name, String whole) {
		for (ValueType type : ValueType.values()) {
			if (type != ValueType.OTHER && type.toString().equals(name)) {
				return type;
			}
		}
		throw new IllegalArgumentException("Unknown type '" + name + "' in the signature " + whole);
	}

	/** The signature as text, for example {@code (i32, i64) -> f64}. */
	@Override
	public String toString() {
		return list(this.parameters) + " -> "
				+ (this.results.size() == 1 ? this.results.getFirst() : list(this.results));
	}

	private static String list(List<ValueType> types) {
		return types.stream().map(ValueType::toString).collect(Collectors.joining(", ", "(", ")"));
	}

}
