package dev.wasmsandbox;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.client.ClientMethod;
import dev.wasmsandbox.codec.Codecs;
import dev.wasmsandbox.codec.ValueForm;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the methods of a client's interface stand for. What cannot be called in any
 * module is found here, all of it at once.
 */
final class ClientInterface {

	/** What is 32 bits wide among numbers, but not every 32 bits are one of. */
	private static final Set<Type> NARROW = Set.of(short.class, Short.class, byte.class, Byte.class, char.class,
			Character.class);

	private final Class<?> type;

	private final Codecs codecs;

	private final String defaultCodec;

	private final List<ClientMethod> methods = new ArrayList<>();

	private final List<String> problems = new ArrayList<>();

	/**
	 * Reads an interface.
	 * @throws IllegalArgumentException if it is no interface that others may implement
	 */
	ClientInterface(Class<?> type, Codecs codecs, String defaultCodec) {
		if (!type.isInterface() || type.isAnnotation() || type.isSealed() || type.isHidden()) {
			throw new IllegalArgumentException(
					"A client is an interface, neither sealed nor hidden, but " + type.getName() + " is not");
		}
		this.type = type;
		this.codecs = codecs;
		WasmCodec all = type.getAnnotation(WasmCodec.class);
		this.defaultCodec = (all != null) ? all.value() : defaultCodec;
		abstractMethods().forEach(this::read);
	}

	Class<?> type() {
		return this.type;
	}

	/** The methods that can be called. */
	List<ClientMethod> methods() {
		return List.copyOf(this.methods);
	}

	/** A line for each method that cannot. */
	List<String> problems() {
		return List.copyOf(this.problems);
	}

	private Stream<Method> abstractMethods() {
		Map<String, Method> bySignature = new LinkedHashMap<>();
		Arrays.stream(this.type.getMethods())
			.filter((method) -> Modifier.isAbstract(method.getModifiers()) && !isObjects(method))
			.sorted(Comparator.comparing(Method::getName).thenComparing(Method::toString))
			.forEach((method) -> bySignature.putIfAbsent(
					method.getName() + Arrays.toString(method.getParameterTypes()) + method.getReturnType(), method));
		return bySignature.values().stream();
	}

	private static boolean isObjects(Method method) {
		try {
			Object.class.getMethod(method.getName(), method.getParameterTypes());
			return true;
		}
		catch (NoSuchMethodException _) {
			return false;
		}
	}

	private void read(Method method) {
		String says = "";
		try {
			if (method.getTypeParameters().length > 0) {
				throw new IllegalArgumentException("it has type parameters of its own");
			}
			WasmExport export = method.getAnnotation(WasmExport.class);
			String function = (export != null) ? export.value() : method.getName();
			WasmCodec own = method.getAnnotation(WasmCodec.class);
			String codec = (own != null) ? own.value() : this.defaultCodec;
			List<ValueForm> parameters = new ArrayList<>();
			for (Parameter parameter : method.getParameters()) {
				says = "parameter " + (parameters.size() + 1) + ": ";
				parameters.add(parameter(parameter, codec));
			}
			says = "result: ";
			Type awaited = awaited(method.getGenericReturnType());
			ValueForm result = result((awaited != null) ? awaited : method.getGenericReturnType(), codec);
			this.methods.add(new ClientMethod(method, function, parameters, result, awaited != null));
		}
		catch (IllegalArgumentException ex) {
			this.problems.add(shown(method) + ": " + says + ex.getMessage());
		}
	}

	private ValueForm parameter(Parameter parameter, String codec) {
		Type declared = resolved(parameter.getParameterizedType());
		WasmCodec own = parameter.getAnnotation(WasmCodec.class);
		if (own != null) {
			return this.codecs.by(declared, own.value());
		}
		ValueForm form = this.codecs.form(declared, codec);
		if (form.kind() == ValueKind.NONE) {
			throw new IllegalArgumentException("Void is no value");
		}
		return form;
	}

	private ValueForm result(Type declared, String codec) {
		if (NARROW.contains(declared)) {
			throw new IllegalArgumentException(
					declared.getTypeName() + " cannot hold what an i32 can; return int instead");
		}
		return this.codecs.form(resolved(declared), codec);
	}

	/** What a future of this type is of; {@code null} if it is no future. */
	private static @Nullable Type awaited(Type declared) {
		Type raw = (declared instanceof ParameterizedType parameterized) ? parameterized.getRawType() : declared;
		if (raw != CompletableFuture.class && raw != CompletionStage.class) {
			return null;
		}
		if (declared instanceof ParameterizedType parameterized) {
			Type argument = parameterized.getActualTypeArguments()[0];
			if (!(argument instanceof WildcardType)) {
				return argument;
			}
		}
		throw new IllegalArgumentException("what the future is of is not said");
	}

	/**
	 * Checks that a type says all, so that a codec knows what to read, and is of values
	 * that there are.
	 */
	private static Type resolved(Type declared) {
		switch (declared) {
			case Class<?> type -> requireNoFuture(type);
			case TypeVariable<?> variable ->
				throw new IllegalArgumentException("what " + variable + " is, is not known");
			case ParameterizedType parameterized -> {
				resolved(parameterized.getRawType());
				Arrays.stream(parameterized.getActualTypeArguments()).forEach(ClientInterface::resolved);
			}
			case GenericArrayType array -> resolved(array.getGenericComponentType());
			case WildcardType wildcard -> Arrays.stream(wildcard.getUpperBounds()).forEach(ClientInterface::resolved);
			default -> {
			}
		}
		return declared;
	}

	private static void requireNoFuture(Class<?> type) {
		if (Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type)) {
			throw new IllegalArgumentException(type.getSimpleName()
					+ " is no value that a guest has; a result may be a CompletableFuture or CompletionStage of one");
		}
	}

	/** A method that has no forms, as messages show it. */
	private static String shown(Method method) {
		return method.getGenericReturnType().getTypeName() + " " + method.getName() + "("
				+ String.join(", ", Arrays.stream(method.getGenericParameterTypes()).map(Type::getTypeName).toList())
				+ ")";
	}

}
