package dev.wasmsandbox;

import java.util.Objects;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * Checks and converts what goes to and from one export; where it runs is left to
 * {@link #invoke}.
 */
abstract class ResolvedFunction implements WasmFunction {

	private static final long[] NO_RESULTS = {};

	private final String moduleName;

	private final ModuleExport export;

	private final FunctionSignature signature;

	/** The number of parameters if all types are this one, else -1. */
	private final int intArity;

	private final int longArity;

	private final int doubleArity;

	ResolvedFunction(String moduleName, ModuleExport export) {
		this.moduleName = moduleName;
		this.export = export;
		this.signature = Objects.requireNonNull(export.signature());
		this.intArity = arity(ValueType.I32);
		this.longArity = arity(ValueType.I64);
		this.doubleArity = arity(ValueType.F64);
	}

	private int arity(ValueType type) {
		boolean uniform = this.signature.results().size() == 1 && this.signature.results().getFirst() == type
				&& this.signature.parameters().stream().allMatch((parameter) -> parameter == type);
		return uniform ? this.signature.parameters().size() : -1;
	}

	/** Runs the function with raw values of the right number. */
	abstract long @Nullable [] invoke(ModuleExport function, long[] arguments);

	/** Runs the function with raw values, whose number and types were checked before. */
	final long @Nullable [] invokeRaw(long[] arguments) {
		return invoke(this.export, arguments);
	}

	/** Calls it by the module's convention, because its values are not all numbers. */
	abstract <T extends @Nullable Object> T callTyped(Class<T> resultType, Object[] arguments);

	/** A call was refused before the guest ran; nobody has counted it. */
	abstract void refused(GuestAbiException failure);

	private GuestAbiException counted(GuestAbiException failure) {
		refused(failure);
		return failure;
	}

	@Override
	public final String name() {
		return this.export.name();
	}

	@Override
	public final FunctionSignature signature() {
		return this.signature;
	}

	@Override
	public final <T extends @Nullable Object> T call(Class<T> resultType, Object... arguments) {
		if (TypedValues.needed(resultType, arguments)) {
			return callTyped(resultType, arguments);
		}
		return Conversions.result(this.signature, resultType, invoke(this.export, raw(resultType, arguments)));
	}

	private long[] raw(Class<?> resultType, Object[] arguments) {
		try {
			Conversions.requireResult(this.moduleName, name(), this.signature, resultType);
			return Conversions.arguments(this.moduleName, name(), this.signature, arguments);
		}
		catch (GuestAbiException ex) {
			throw counted(ex);
		}
	}

	@Override
	public final long[] callRaw(long... arguments) {
		Objects.requireNonNull(arguments, "arguments");
		requireRaw(arguments.length);
		long[] results = invoke(this.export, arguments.clone());
		return (results != null) ? results : NO_RESULTS;
	}

	private void requireRaw(int given) {
		try {
			Conversions.requireNumeric(this.moduleName, name(), this.signature);
			if (given != this.signature.parameters().size()) {
				throw Conversions.wrongCount(this.moduleName, name(), this.signature, given);
			}
		}
		catch (GuestAbiException ex) {
			throw counted(ex);
		}
	}

	private long single(int arity, int given, String type, long[] arguments) {
		if (arity != given) {
			throw counted(
					new GuestAbiException(this.moduleName, name(), "it is " + this.signature + ", but was called with "
							+ given + " arguments of type " + type + " for one result of the same type", null));
		}
		return Objects.requireNonNull(invoke(this.export, arguments))[0];
	}

	@Override
	public final int callInt() {
		return (int) single(this.intArity, 0, "i32", new long[0]);
	}

	@Override
	public final int callInt(int a) {
		return (int) single(this.intArity, 1, "i32", new long[] { a });
	}

	@Override
	public final int callInt(int a, int b) {
		return (int) single(this.intArity, 2, "i32", new long[] { a, b });
	}

	@Override
	public final int callInt(int a, int b, int c) {
		return (int) single(this.intArity, 3, "i32", new long[] { a, b, c });
	}

	@Override
	public final int callInt(int a, int b, int c, int d) {
		return (int) single(this.intArity, 4, "i32", new long[] { a, b, c, d });
	}

	@Override
	public final long callLong() {
		return single(this.longArity, 0, "i64", new long[0]);
	}

	@Override
	public final long callLong(long a) {
		return single(this.longArity, 1, "i64", new long[] { a });
	}

	@Override
	public final long callLong(long a, long b) {
		return single(this.longArity, 2, "i64", new long[] { a, b });
	}

	@Override
	public final double callDouble() {
		return Double.longBitsToDouble(single(this.doubleArity, 0, "f64", new long[0]));
	}

	@Override
	public final double callDouble(double a) {
		return Double
			.longBitsToDouble(single(this.doubleArity, 1, "f64", new long[] { Double.doubleToRawLongBits(a) }));
	}

	@Override
	public final double callDouble(double a, double b) {
		return Double.longBitsToDouble(single(this.doubleArity, 2, "f64",
				new long[] { Double.doubleToRawLongBits(a), Double.doubleToRawLongBits(b) }));
	}

}
