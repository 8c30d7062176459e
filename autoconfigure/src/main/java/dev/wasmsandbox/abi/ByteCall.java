package dev.wasmsandbox.abi;

import java.util.List;

import dev.wasmsandbox.error.GuestAbiException;

/**
 * A function that takes and answers bytes, checked against what a caller wants: at most
 * one value in, at most one out, neither a number. Immutable.
 *
 * @param moduleName for messages
 * @param function for messages
 * @param argument the kind of the argument, {@link ValueKind#NONE} for none
 * @param result the kind of the result, {@link ValueKind#NONE} for none
 */
record ByteCall(String moduleName, String function, ValueKind argument, ValueKind result) {

	private static final byte[] EMPTY = {};

	/**
	 * Checks a shape.
	 * @param convention its name, for messages
	 * @throws GuestAbiException if the convention has no form for it
	 */
	static ByteCall of(String convention, String moduleName, String function, CallShape shape) {
		List<ValueKind> parameters = shape.parameters();
		boolean fits = parameters.size() <= 1 && parameters.stream().allMatch(Payload::fits)
				&& (shape.result() == ValueKind.NONE || Payload.fits(shape.result()));
		if (!fits) {
			throw new GuestAbiException(moduleName, function,
					"wanted was " + shape + ", but functions of the convention " + convention
							+ " take one text, bytes or array, or nothing, and answer the same; "
							+ "put several values into one text, for example as JSON",
					null);
		}
		return new ByteCall(moduleName, function, parameters.isEmpty() ? ValueKind.NONE : parameters.getFirst(),
				shape.result());
	}

	/**
	 * The bytes of the argument, not to be changed.
	 * @throws GuestAbiException if it cannot be passed
	 */
	byte[] input(AbiCall call) {
		return (this.argument == ValueKind.NONE) ? EMPTY
				: Payload.bytes(this.moduleName, this.function, 0, this.argument, call.value(0));
	}

	/**
	 * Answers the call.
	 * @throws GuestAbiException if the bytes are no value of the wanted kind
	 */
	void output(AbiCall call, byte[] bytes) {
		Payload.answer(call, this.result, bytes, this.moduleName, this.function);
	}

}
