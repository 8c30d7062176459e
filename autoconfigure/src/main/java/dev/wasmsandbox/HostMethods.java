package dev.wasmsandbox;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.wasmsandbox.guest.GuestBytes;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * Makes host functions of methods that have {@link WasmHostFunction}. A call goes through
 * a method handle, without reflection and boxing. Thread-safe.
 */
public final class HostMethods {

	private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

	private HostMethods() {
	}

	/**
	 * The host functions of an object, in order of their names.
	 * @throws IllegalArgumentException naming the method whose parameters or result
	 * guests cannot have
	 */
	public static List<HostFunction> of(Object target) {
		return Arrays.stream(target.getClass().getDeclaredMethods())
			.filter((method) -> method.isAnnotationPresent(WasmHostFunction.class))
			.map((method) -> of(target, method))
			.sorted((a, b) -> a.name().compareTo(b.name()))
			.toList();
	}

	/**
	 * The host function of a method, as its annotation says.
	 * @throws IllegalArgumentException if it has no annotation, cannot be called, or its
	 * parameters or result are of types guests cannot have
	 */
	public static HostFunction of(Object target, Method method) {
		WasmHostFunction says = method.getAnnotation(WasmHostFunction.class);
		if (says == null) {
			throw new IllegalArgumentException("The method " + method + " has no @WasmHostFunction");
		}
		List<ValueType> parameters = new ArrayList<>();
		MethodHandle[] readers = new MethodHandle[method.getParameterCount()];
		for (int i = 0; i < readers.length; i++) {
			readers[i] = reader(method, method.getParameterTypes()[i], parameters);
		}
		ValueType result = result(method);
		MethodHandle handle = handle(target, method, readers);
		HostFunction function = new HostFunction(says.module(), says.name().isEmpty() ? method.getName() : says.name(),
				new FunctionSignature(parameters, (result != null) ? List.of(result) : List.of()),
				(context, arguments) -> call(handle, new Call(context, arguments)), says.safeForSnapshot(),
				says.capability().isEmpty() ? null : says.capability(), "the method " + method);
		return function;
	}

	private static long @Nullable [] call(MethodHandle handle, Call call) throws Exception {
		try {
			return (long[]) handle.invokeExact(call);
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Has each parameter read from the call, and the result written. */
	private static MethodHandle handle(Object target, Method method, MethodHandle[] readers) {
		try {
			method.setAccessible(true);
			MethodHandle bound = LOOKUP.unreflect(method).bindTo(target).asFixedArity();
			MethodHandle filtered = MethodHandles.filterArguments(bound, 0, readers);
			Class<?> returned = method.getReturnType();
			MethodHandle one = MethodHandles.permuteArguments(filtered, MethodType.methodType(returned, Call.class),
					new int[readers.length]);
			return MethodHandles.filterReturnValue(one, own("result", (returned == void.class)
					? MethodType.methodType(long[].class) : MethodType.methodType(long[].class, returned)));
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			throw new IllegalArgumentException("The method " + method + " cannot be called as a host function", ex);
		}
	}

	private static MethodHandle reader(Method method, Class<?> type, List<ValueType> parameters) {
		int index = parameters.size();
		String name = switch (type.getName()) {
			case "int" -> add(parameters, "readInt", ValueType.I32);
			case "long" -> add(parameters, "readLong", ValueType.I64);
			case "float" -> add(parameters, "readFloat", ValueType.F32);
			case "double" -> add(parameters, "readDouble", ValueType.F64);
			case "java.lang.String" -> add(parameters, "readText", ValueType.I32, ValueType.I32);
			case "[B" -> add(parameters, "readArray", ValueType.I32, ValueType.I32);
			case "dev.wasmsandbox.guest.GuestBytes" -> add(parameters, "readBytes", ValueType.I32, ValueType.I32);
			case "dev.wasmsandbox.guest.HostContext" -> "readContext";
			case "dev.wasmsandbox.guest.GuestMemory" -> "readMemory";
			default -> throw new IllegalArgumentException("The method " + method + " has a parameter of type "
					+ type.getName() + ", but a host function takes int, long, float, double, String, byte[], "
					+ "GuestBytes, HostContext and GuestMemory");
		};
		return (parameters.size() == index) ? own(name, MethodType.methodType(type, Call.class)) : MethodHandles
			.insertArguments(own(name, MethodType.methodType(type, Call.class, int.class)), 1, index);
	}

	private static String add(List<ValueType> parameters, String reader, ValueType... types) {
		parameters.addAll(List.of(types));
		return reader;
	}

	private static @Nullable ValueType result(Method method) {
		return switch (method.getReturnType().getName()) {
			case "void" -> null;
			case "int" -> ValueType.I32;
			case "long" -> ValueType.I64;
			case "float" -> ValueType.F32;
			case "double" -> ValueType.F64;
			default -> throw new IllegalArgumentException(
					"The method " + method + " returns " + method.getReturnType().getName()
							+ ", but a host function returns int, long, float, double or nothing");
		};
	}

	private static MethodHandle own(String name, MethodType type) {
		try {
			return LOOKUP.findStatic(Adapters.class, name, type);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** One call of a guest. */
	private static final class Call {

		private final HostContext context;

		private final long[] arguments;

		Call(HostContext context, long[] arguments) {
			this.context = context;
			this.arguments = arguments;
		}

		HostContext context() {
			return this.context;
		}

	}

	/** What method handles find by name. */
	@SuppressWarnings("UnusedMethod") // found by name
	private static final class Adapters {

		private Adapters() {
		}

		static int readInt(Call call, int index) {
			return (int) call.arguments[index];
		}

		static long readLong(Call call, int index) {
			return call.arguments[index];
		}

		static float readFloat(Call call, int index) {
			return Float.intBitsToFloat((int) call.arguments[index]);
		}

		static double readDouble(Call call, int index) {
			return Double.longBitsToDouble(call.arguments[index]);
		}

		static String readText(Call call, int index) {
			return call.context().memory().readString(readInt(call, index), readInt(call, index + 1));
		}

		static byte[] readArray(Call call, int index) {
			return call.context().memory().readBytes(readInt(call, index), readInt(call, index + 1));
		}

		static GuestBytes readBytes(Call call, int index) {
			return new GuestBytes(call.context().memory(), readInt(call, index), readInt(call, index + 1));
		}

		static HostContext readContext(Call call) {
			return call.context();
		}

		static GuestMemory readMemory(Call call) {
			return call.context().memory();
		}

		static long[] result() {
			return new long[0];
		}

		static long[] result(int value) {
			return new long[] { value };
		}

		static long[] result(long value) {
			return new long[] { value };
		}

		static long[] result(float value) {
			return new long[] { Float.floatToRawIntBits(value) };
		}

		static long[] result(double value) {
			return new long[] { Double.doubleToRawLongBits(value) };
		}

	}

}
