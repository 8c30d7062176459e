package dev.wasmsandbox.abi;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What the host wants to pass to a function and have back. Immutable.
 *
 * @param parameters the kinds of the arguments, in order
 * @param result the kind of the result, {@link ValueKind#NONE} for none
 */
public record CallShape(List<ValueKind> parameters, ValueKind result) {

	public CallShape {
		parameters = List.copyOf(parameters);
		if (parameters.contains(ValueKind.NONE)) {
			throw new IllegalArgumentException("A parameter has a value");
		}
	}

	/** Whether only numbers are passed, which needs no convention. */
	public boolean isNumeric() {
		return this.parameters.stream().allMatch(ValueKind::isNumber)
				&& (this.result == ValueKind.NONE || this.result.isNumber());
	}

	/** The shape as messages show it, for example {@code (String, int) -> byte[]}. */
	@Override
	public String toString() {
		return this.parameters.stream().map(ValueKind::toString).collect(Collectors.joining(", ", "(", ")")) + " -> "
				+ this.result;
	}

}
