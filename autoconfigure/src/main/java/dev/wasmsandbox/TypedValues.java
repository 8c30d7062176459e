package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.BoundFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.LargeData;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Converts between Java values and those of a call under a convention. Nothing is lost;
 * what no convention passes is refused before the guest runs.
 */
final class TypedValues {

	private static final Map<Class<?>, ValueKind> RESULTS = Map.ofEntries(Map.entry(void.class, ValueKind.NONE),
			Map.entry(Void.class, ValueKind.NONE), Map.entry(int.class, ValueKind.I32),
			Map.entry(Integer.class, ValueKind.I32), Map.entry(long.class, ValueKind.I64),
			Map.entry(Long.class, ValueKind.I64), Map.entry(float.class, ValueKind.F32),
			Map.entry(Float.class, ValueKind.F32), Map.entry(double.class, ValueKind.F64),
			Map.entry(Double.class, ValueKind.F64), Map.entry(String.class, ValueKind.STRING),
			Map.entry(byte[].class, ValueKind.BYTES), Map.entry(short[].class, ValueKind.SHORTS),
			Map.entry(int[].class, ValueKind.INTS), Map.entry(long[].class, ValueKind.LONGS),
			Map.entry(float[].class, ValueKind.FLOATS), Map.entry(double[].class, ValueKind.DOUBLES));

	private TypedValues() {
	}

	/**
	 * Whether a call goes through the module's convention: its values need one, or it
	 * goes to what only a convention may know by that name.
	 */
	static boolean needed(CompiledModule code, String function, Class<?> resultType, @Nullable Object[] arguments) {
		Objects.requireNonNull(function, "function");
		return needed(resultType, arguments)
				|| (!code.functions().containsKey(function) && possible(resultType, arguments));
	}

	/**
	 * Whether a call needs a convention: one of its values is no number. All results as
	 * raw bits are what {@code long[]} means among numbers.
	 */
	static boolean needed(Class<?> resultType, @Nullable Object[] arguments) {
		Objects.requireNonNull(resultType, "resultType");
		Objects.requireNonNull(arguments, "arguments");
		for (Object argument : arguments) {
			if (argument != null && !(argument instanceof Number) && kind(argument) != null) {
				return true;
			}
		}
		if (resultType.isPrimitive() || resultType == long[].class) {
			return false;
		}
		ValueKind result = RESULTS.get(resultType);
		return result != null && result != ValueKind.NONE && !result.isNumber();
	}

	/** Whether a call can be made by a convention at all. */
	private static boolean possible(Class<?> resultType, @Nullable Object[] arguments) {
		for (Object argument : arguments) {
			if (argument == null || kind(argument) == null) {
				return false;
			}
		}
		return RESULTS.containsKey(resultType);
	}

	private static @Nullable ValueKind kind(Object argument) {
		return switch (argument) {
			case Integer _, Short _, Byte _ -> ValueKind.I32;
			case Long _ -> ValueKind.I64;
			case Float _ -> ValueKind.F32;
			case Double _ -> ValueKind.F64;
			case String _ -> ValueKind.STRING;
			case byte[] _, ByteBuffer _, MemorySegment _, ZeroCopyBuffer _ -> ValueKind.BYTES;
			case LargeData data -> data.kind();
			case short[] _ -> ValueKind.SHORTS;
			case int[] _ -> ValueKind.INTS;
			case long[] _ -> ValueKind.LONGS;
			case float[] _ -> ValueKind.FLOATS;
			case double[] _ -> ValueKind.DOUBLES;
			default -> null;
		};
	}

	/** The kinds of a call's values. */
	static CallShape shape(String module, String function, Class<?> resultType, @Nullable Object[] arguments) {
		Objects.requireNonNull(function, "function");
		Objects.requireNonNull(resultType, "resultType");
		Objects.requireNonNull(arguments, "arguments");
		ValueKind result = RESULTS.get(resultType);
		if (result == null) {
			throw new GuestAbiException(module, function, "no convention returns " + resultType.getName()
					+ "; there are String, byte[], the arrays of short, int, long, float and double, numbers and void",
					null);
		}
		ValueKind[] kinds = new ValueKind[arguments.length];
		for (int i = 0; i < kinds.length; i++) {
			Object argument = arguments[i];
			ValueKind kind = (argument != null) ? kind(argument) : null;
			if (kind == null) {
				throw new GuestAbiException(module, function, "argument " + (i + 1) + " is "
						+ ((argument != null) ? argument.getClass().getName() : "null")
						+ ", which no convention passes; there are String, byte[], ByteBuffer, MemorySegment, the "
						+ "arrays of short, int, long, float and double, and numbers", null);
			}
			kinds[i] = kind;
		}
		return new CallShape(Arrays.asList(kinds), result);
	}

	/** The call with its arguments, for a shape made of the same ones. */
	static AbiCall call(CallShape shape, Object[] arguments) {
		AbiCall call = new AbiCall(arguments.length);
		for (int i = 0; i < arguments.length; i++) {
			Object argument = arguments[i];
			switch (shape.parameters().get(i)) {
				case I32, I64 -> call.number(i, ((Number) argument).longValue());
				case F32 -> call.number(i, Float.floatToRawIntBits((Float) argument));
				case F64 -> call.number(i, Double.doubleToRawLongBits((Double) argument));
				default -> call.value(i, argument);
			}
		}
		return call;
	}

	/** As {@link #shape}, for a result that can be read in place. */
	static CallShape readableShape(String module, String function, Class<?> resultType, @Nullable Object[] arguments) {
		CallShape shape = shape(module, function, resultType, arguments);
		if (shape.result() == ValueKind.STRING || shape.result().elementSize() == 0) {
			throw new GuestAbiException(module, function,
					"only bytes and arrays are read in place, but " + resultType.getName() + " is wanted", null);
		}
		return shape;
	}

	/** Makes a call whose result is read in place. */
	@SuppressWarnings({ "unchecked", "NullAway" }) // the reader says what T is
	static <T extends @Nullable Object> T read(BoundFunction bound, CallShape shape, Function<MemorySegment, T> reader,
			Object[] arguments) {
		AbiCall call = call(shape, arguments).readResultWith(Objects.requireNonNull(reader, "reader"));
		bound.call(call);
		return (T) call.result();
	}

	/** The result as the type that the shape was made for. */
	@SuppressWarnings({ "unchecked", "NullAway", "unused" }) // the type says what T is
	static <T extends @Nullable Object> T result(Class<T> wanted, CallShape shape, AbiCall call) {
		return (T) switch (shape.result()) {
			case NONE -> null;
			case I32 -> (Object) (int) call.resultBits();
			case I64 -> (Object) call.resultBits();
			case F32 -> (Object) Float.intBitsToFloat((int) call.resultBits());
			case F64 -> (Object) Double.longBitsToDouble(call.resultBits());
			default -> call.result();
		};
	}

}
