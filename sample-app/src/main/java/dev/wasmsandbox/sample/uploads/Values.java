package dev.wasmsandbox.sample.uploads;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ValueType;
import dev.wasmsandbox.sample.web.InvalidInputException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/**
 * Converts between the values of JSON and those of a call, without losing a bit. Integers
 * may be written as JSON numbers or as text, in decimal or with {@code 0x}, and in the
 * signed or in the unsigned range; floats as JSON numbers or as text, such as
 * {@code "NaN"} and {@code "-Infinity"}.
 */
final class Values {

	/** More digits than any 64-bit number has; keeps the parsing of text short. */
	private static final int LONGEST_TEXT = 400;

	private Values() {
	}

	/**
	 * Converts the arguments of a call.
	 * @throws InvalidInputException if their number or one of them does not fit
	 */
	static Object[] arguments(String function, FunctionSignature signature, List<@Nullable Object> given) {
		List<ValueType> types = signature.parameters();
		if (given.size() != types.size()) {
			throw new InvalidInputException(HttpStatus.BAD_REQUEST, "Wrong number of arguments",
					"The function '" + function + "' is " + signature + " and takes " + types.size()
							+ ", but was given " + given.size() + ".");
		}
		Object[] converted = new Object[types.size()];
		for (int i = 0; i < converted.length; i++) {
			try {
				converted[i] = convert(types.get(i), given.get(i));
			}
			catch (ArithmeticException | NumberFormatException ex) {
				throw new InvalidInputException(HttpStatus.BAD_REQUEST, "Argument of the wrong type",
						"Argument " + (i + 1) + " of '" + function + "' must be " + expected(types.get(i)) + ", but is "
								+ shown(given.get(i)) + ".");
			}
		}
		return converted;
	}

	private static Object convert(ValueType type, @Nullable Object value) {
		if (!(value instanceof Number || value instanceof String)) {
			throw new NumberFormatException("Neither a number nor text");
		}
		String text = value.toString().strip();
		if (text.length() > LONGEST_TEXT) {
			throw new NumberFormatException("Too long");
		}
		return switch (type) {
			case I32 -> integer(text, Integer.SIZE).intValue();
			case I64 -> integer(text, Long.SIZE).longValue();
			case F32 -> Float.parseFloat(text);
			case F64 -> Double.parseDouble(text);
			default -> throw new NumberFormatException("No value of JSON is one of type " + type);
		};
	}

	private static BigInteger integer(String text, int bits) {
		BigInteger value = text.toLowerCase(Locale.ROOT).startsWith("0x") ? new BigInteger(text.substring(2), 16)
				: decimal(text);
		BigInteger least = BigInteger.ONE.shiftLeft(bits - 1).negate();
		if (value.compareTo(least) < 0 || value.bitLength() > bits) {
			throw new ArithmeticException("Out of range");
		}
		return value;
	}

	private static BigInteger decimal(String text) {
		BigDecimal value = new BigDecimal(text);
		if (Math.abs((long) value.scale()) > LONGEST_TEXT) {
			throw new ArithmeticException("Out of range");
		}
		return value.toBigIntegerExact();
	}

	private static String expected(ValueType type) {
		return switch (type) {
			case I32 -> "an i32, a whole number between -2^31 and 2^32 - 1";
			case I64 -> "an i64, a whole number between -2^63 and 2^64 - 1";
			case F32, F64 -> "an " + type + ", a number or the text NaN, Infinity or -Infinity";
			default -> "of type " + type + ", which JSON has no values of; call another function";
		};
	}

	private static String shown(@Nullable Object value) {
		String text = String.valueOf(value);
		String shown = (text.length() > 60) ? text.substring(0, 60) + "…" : text;
		return (value instanceof String) ? "\"" + shown + "\"" : shown;
	}

	/** Converts the results of a call. */
	static List<Object> results(Object[] values) {
		List<Object> results = new ArrayList<>();
		for (Object value : values) {
			results.add((value instanceof Integer || finite(value)) ? value : value.toString());
		}
		return results;
	}

	private static boolean finite(Object value) {
		return switch (value) {
			case Double number -> Double.isFinite(number);
			case Float number -> Float.isFinite(number);
			default -> false;
		};
	}

}
