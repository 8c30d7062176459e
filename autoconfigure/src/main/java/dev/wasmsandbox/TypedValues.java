package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;

import dev.wasmsandbox.abi.LargeData;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Says which Java values need a convention, and what kinds they are of. Calls with
 * numbers only are told from the others at the least cost.
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
			if (argument != null && CallForms.canBe(argument)) {
				return true;
			}
		}
		if (resultType.isPrimitive() || resultType == long[].class) {
			return false;
		}
		ValueKind result = RESULTS.get(resultType);
		return (result != null) ? result != ValueKind.NONE && !result.isNumber() : CallForms.canBe(resultType);
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

	/** The kind of a result, {@code null} if only a codec may read it. */
	static @Nullable ValueKind resultKind(Class<?> type) {
		return RESULTS.get(type);
	}

	/** The kind of an argument, {@code null} if only a codec may write it. */
	static @Nullable ValueKind kind(Object argument) {
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

}
