package dev.wasmsandbox;

import java.util.List;
import java.util.Objects;
import java.util.function.IntToLongFunction;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.screen.ExternalKind;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * Converts between Java values and the raw 64-bit values of a call. Only conversions that
 * lose nothing are made.
 */
final class Conversions {

	private Conversions() {
	}

	static void requireNumeric(String module, String function, FunctionSignature signature) {
		for (List<ValueType> types : List.of(signature.parameters(), signature.results())) {
			for (ValueType type : types) {
				if (!type.isNumeric()) {
					throw new GuestAbiException(module, function,
							"it is " + signature + "; values of type " + type + " cannot be passed from the host",
							null);
				}
			}
		}
	}

	static GuestAbiException wrongCount(String module, String function, FunctionSignature signature, int given) {
		return new GuestAbiException(module, function,
				"it takes " + signature.parameters().size() + " arguments " + signature + ", but was given " + given,
				null);
	}

	static long[] arguments(String module, String function, FunctionSignature signature, Object[] arguments) {
		requireNumeric(module, function, signature);
		List<ValueType> types = signature.parameters();
		if (arguments.length != types.size()) {
			throw wrongCount(module, function, signature, arguments.length);
		}
		long[] raw = new long[arguments.length];
		for (int i = 0; i < raw.length; i++) {
			Object argument = arguments[i];
			if (!accepts(types.get(i), argument)) {
				throw new GuestAbiException(module, function, "argument " + (i + 1) + " of " + signature + " must be "
						+ types.get(i) + " (Java " + javaName(types.get(i)) + "), but is " + describe(argument), null);
			}
			raw[i] = raw(types.get(i), (Number) argument);
		}
		return raw;
	}

	/** As {@link #arguments}, for numbers that were written without a type. */
	static long[] untyped(String module, String function, FunctionSignature signature, List<Number> numbers) {
		List<ValueType> types = signature.parameters();
		Object[] typed = numbers.toArray();
		for (int i = 0; i < Math.min(typed.length, types.size()); i++) {
			Number number = numbers.get(i);
			typed[i] = switch (types.get(i)) {
				case F32 -> number.floatValue();
				case F64 -> number.doubleValue();
				default -> number;
			};
			requireInRange(module, function, types.get(i), number, (Number) typed[i]);
		}
		return arguments(module, function, signature, typed);
	}

	/** Infinity stays what it is, but no number becomes it. */
	private static void requireInRange(String module, String function, ValueType type, Number given, Number typed) {
		boolean meant = (given instanceof Double || given instanceof Float) && Double.isInfinite(given.doubleValue());
		if (Double.isInfinite(typed.doubleValue()) && !meant) {
			throw new GuestAbiException(module, function,
					"the argument " + given + " is beyond what " + type + " can hold; write inf if that is meant",
					null);
		}
	}

	private static String describe(@Nullable Object argument) {
		return (argument == null) ? "null" : argument.getClass().getName();
	}

	private static boolean accepts(ValueType type, @Nullable Object argument) {
		boolean small = argument instanceof Integer || argument instanceof Short || argument instanceof Byte;
		return switch (type) {
			case I32 -> small;
			case I64 -> small || argument instanceof Long;
			case F32 -> argument instanceof Float;
			case F64 -> small || argument instanceof Float || argument instanceof Double;
			default -> false;
		};
	}

	private static long raw(ValueType type, Number value) {
		return switch (type) {
			case F32 -> Float.floatToRawIntBits(value.floatValue());
			case F64 -> Double.doubleToRawLongBits(value.doubleValue());
			default -> value.longValue();
		};
	}

	static void requireResult(String module, String function, FunctionSignature signature, Class<?> wanted) {
		requireNumeric(module, function, signature);
		if (wanted == void.class || wanted == Void.class || wanted == Object[].class || wanted == long[].class) {
			return;
		}
		List<ValueType> results = signature.results();
		if (results.size() != 1) {
			throw new GuestAbiException(module, function,
					"it is " + signature + " and returns " + results.size() + " values, which do not fit "
							+ wanted.getName() + "; use "
							+ (results.isEmpty() ? "void.class" : "Object[].class or long[].class"),
					null);
		}
		ValueType result = results.getFirst();
		boolean fits = switch (result) {
			case I32 -> is(wanted, int.class, Integer.class) || is(wanted, long.class, Long.class)
					|| is(wanted, double.class, Double.class);
			case I64 -> is(wanted, long.class, Long.class);
			case F32 -> is(wanted, float.class, Float.class) || is(wanted, double.class, Double.class);
			case F64 -> is(wanted, double.class, Double.class);
			default -> false;
		};
		if (!fits && wanted != Object.class && wanted != Number.class) {
			throw new GuestAbiException(module, function,
					"it returns " + result + " (Java " + javaName(result) + "), which does not fit " + wanted.getName(),
					null);
		}
	}

	private static boolean is(Class<?> wanted, Class<?> primitive, Class<?> wrapper) {
		return wanted == primitive || wanted == wrapper;
	}

	@SuppressWarnings({ "unchecked", "NullAway" }) // requireResult has checked the type;
													// void is null
	static <T extends @Nullable Object> T result(FunctionSignature signature, Class<T> wanted,
			long @Nullable [] results) {
		long[] raw = (results != null) ? results : new long[0];
		if (wanted == void.class || wanted == Void.class) {
			return null;
		}
		if (wanted == long[].class) {
			return (T) raw;
		}
		if (wanted == Object[].class) {
			Object[] boxed = new Object[raw.length];
			for (int i = 0; i < raw.length; i++) {
				boxed[i] = box(signature.results().get(i), raw[i]);
			}
			return (T) boxed;
		}
		Number value = box(signature.results().getFirst(), raw[0]);
		if (is(wanted, long.class, Long.class)) {
			return (T) (Object) value.longValue();
		}
		if (is(wanted, double.class, Double.class)) {
			return (T) (Object) value.doubleValue();
		}
		return (T) value;
	}

	static Number global(String module, ModuleReport report, String name, IntToLongFunction values) {
		Objects.requireNonNull(name, "name");
		ModuleExport export = report.exports()
			.stream()
			.filter((candidate) -> candidate.kind() == ExternalKind.GLOBAL && candidate.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new GuestAbiException(module, null,
					"no global '" + GuestText.name(name) + "' is exported", null));
		ValueType type = export.type();
		if (type == null || !type.isNumeric()) {
			throw new GuestAbiException(module, null,
					"the global '" + GuestText.name(name) + "' is no number but " + type, null);
		}
		return box(type, values.applyAsLong(export.index()));
	}

	private static Number box(ValueType type, long raw) {
		return switch (type) {
			case I32 -> (int) raw;
			case I64 -> raw;
			case F32 -> Float.intBitsToFloat((int) raw);
			case F64 -> Double.longBitsToDouble(raw);
			default -> throw new IllegalArgumentException("Not a number: " + type);
		};
	}

	private static String javaName(ValueType type) {
		return switch (type) {
			case I32 -> "int";
			case I64 -> "long";
			case F32 -> "float";
			case F64 -> "double";
			default -> "none";
		};
	}

}
