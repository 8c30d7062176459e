package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.BoundFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.codec.ValueForm;
import dev.wasmsandbox.error.GuestAbiException;
import org.jspecify.annotations.Nullable;

/**
 * One call by name under a convention: the kinds of its values, its arguments as they are
 * passed, and what becomes of its result. Nothing is lost; what has no form is refused
 * before the guest runs. Belongs to the thread that makes the call.
 */
final class TypedCall {

	private final String moduleName;

	private final String function;

	private final CallShape shape;

	private final AbiCall values;

	/** {@code null} where the result is what the convention answers. */
	private final @Nullable ValueForm result;

	private TypedCall(String moduleName, String function, CallShape shape, AbiCall values, @Nullable ValueForm result) {
		this.moduleName = moduleName;
		this.function = function;
		this.shape = shape;
		this.values = values;
		this.result = result;
	}

	/**
	 * Makes a call.
	 * @param forms those of values that are neither numbers, text, bytes nor arrays of
	 * numbers
	 * @throws GuestAbiException if an argument or the result has no form
	 */
	static TypedCall of(String moduleName, String function, Class<?> resultType, @Nullable Object[] arguments,
			CallForms forms) {
		Objects.requireNonNull(function, "function");
		Objects.requireNonNull(resultType, "resultType");
		Objects.requireNonNull(arguments, "arguments");
		ValueKind known = TypedValues.resultKind(resultType);
		ValueForm result = (known == null) ? forms.result(function, resultType) : null;
		ValueKind[] kinds = new ValueKind[arguments.length];
		AbiCall values = new AbiCall(arguments.length);
		for (int i = 0; i < kinds.length; i++) {
			Object argument = arguments[i];
			ValueKind kind = (argument != null) ? TypedValues.kind(argument) : null;
			if (kind == null || argument == null) {
				ValueForm form = forms.argument(function, i, argument);
				kinds[i] = form.kind();
				values.value(i, form.encode(moduleName, function, i, argument));
			}
			else {
				kinds[i] = kind;
				set(values, i, kind, argument);
			}
		}
		CallShape shape = new CallShape(Arrays.asList(kinds),
				(result != null) ? result.kind() : Objects.requireNonNull(known));
		return new TypedCall(moduleName, function, shape, values, result);
	}

	private static void set(AbiCall values, int index, ValueKind kind, Object argument) {
		switch (kind) {
			case I32, I64 -> values.number(index, ((Number) argument).longValue());
			case F32 -> values.number(index, Float.floatToRawIntBits((Float) argument));
			case F64 -> values.number(index, Double.doubleToRawLongBits((Double) argument));
			default -> values.value(index, argument);
		}
	}

	/**
	 * As {@link #of}, for a result that is read in place.
	 * @throws GuestAbiException also if it cannot be
	 */
	static TypedCall readable(String moduleName, String function, Class<?> resultType, @Nullable Object[] arguments,
			CallForms forms) {
		TypedCall call = of(moduleName, function, resultType, arguments, forms);
		ValueKind kind = call.shape.result();
		if (call.result != null || kind == ValueKind.STRING || kind.elementSize() == 0) {
			throw new GuestAbiException(moduleName, function,
					"only bytes and arrays are read in place, but " + resultType.getName() + " is wanted", null);
		}
		return call;
	}

	/** The kinds of its values. */
	CallShape shape() {
		return this.shape;
	}

	/** Its arguments, and its result once it was made. */
	AbiCall values() {
		return this.values;
	}

	/** Makes it and has its result read in place. */
	@SuppressWarnings({ "unchecked", "NullAway" }) // the reader says what T is
	<T extends @Nullable Object> T read(BoundFunction bound, Function<MemorySegment, T> reader) {
		bound.call(this.values.readResultWith(Objects.requireNonNull(reader, "reader")));
		return (T) this.values.result();
	}

	/**
	 * The result as the type that the call was made for.
	 * @throws GuestAbiException if the guest's answer is no such value
	 */
	@SuppressWarnings({ "unchecked", "NullAway", "unused" }) // the type says what T is
	<T extends @Nullable Object> T result(Class<T> wanted) {
		return (T) switch (this.shape.result()) {
			case NONE -> null;
			case I32 -> (Object) (int) this.values.resultBits();
			case I64 -> (Object) this.values.resultBits();
			case F32 -> (Object) Float.intBitsToFloat((int) this.values.resultBits());
			case F64 -> (Object) Double.longBitsToDouble(this.values.resultBits());
			default -> decoded(this.values.result());
		};
	}

	private @Nullable Object decoded(@Nullable Object answered) {
		return (this.result != null && answered != null) ? this.result.decode(this.moduleName, this.function, answered)
				: answered;
	}

}
