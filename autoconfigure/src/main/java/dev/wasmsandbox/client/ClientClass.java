package dev.wasmsandbox.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.util.List;

import dev.wasmsandbox.abi.AbiCall;
import org.jspecify.annotations.Nullable;

/**
 * The class that is generated for an interface. It is made once for each interface and
 * can be unloaded with it. Thread-safe.
 *
 * <p>
 * It lies in the interface's own package and class loader, so that interfaces and types
 * that are not public can be used; as a hidden class where that loader is this library's,
 * too. Where the interface's class loader does not see this library, as for interfaces of
 * the JDK, or its module does not open the package, it is a class in a loader of its own
 * that sees both; the interface must be public then.
 */
public final class ClientClass {

	private static final MethodType CONSTRUCTOR = MethodType.methodType(void.class, ClientFunction[].class,
			String.class);

	private final Class<?> type;

	private final MethodHandle constructor;

	private ClientClass(Class<?> type, MethodHandle constructor) {
		this.type = type;
		this.constructor = constructor;
	}

	/**
	 * Generates the class of an interface.
	 * @param methods its abstract methods
	 * @throws IllegalArgumentException if no class can implement it, with the reason
	 */
	public static ClientClass generate(Class<?> type, List<ClientMethod> methods) {
		try {
			Lookup lookup = seesThisLibrary(type.getClassLoader()) ? inside(type) : null;
			Class<?> made = (lookup != null) ? defineInside(lookup, type, methods)
					: new Child(requirePublic(type)).define(methods);
			MethodHandle constructor = ((lookup != null) ? lookup : MethodHandles.publicLookup()).findConstructor(made,
					CONSTRUCTOR);
			return new ClientClass(type,
					constructor.asType(MethodType.methodType(Object.class, ClientFunction[].class, String.class)));
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			throw new IllegalArgumentException("no class can implement it: " + ex.getMessage(), ex);
		}
	}

	/**
	 * A client.
	 * @param functions what its methods call, in the order of {@link #generate}
	 * @param description what {@code toString} says
	 */
	public Object newInstance(ClientFunction[] functions, String description) {
		try {
			return this.type.cast(this.constructor.invokeExact(functions, description));
		}
		catch (Throwable ex) {
			throw new IllegalStateException("A client of " + this.type.getName() + " cannot be made", ex);
		}
	}

	private static boolean seesThisLibrary(ClassLoader loader) {
		try {
			return Class.forName(ClientFunction.class.getName(), false, loader) == ClientFunction.class;
		}
		catch (ClassNotFoundException | LinkageError _) {
			return false;
		}
	}

	private static @Nullable Lookup inside(Class<?> type) {
		try {
			return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
		}
		catch (IllegalAccessException _) {
			return null;
		}
	}

	/**
	 * Between modules, and so between class loaders, only classes with a name are made.
	 */
	private static Class<?> defineInside(Lookup lookup, Class<?> type, List<ClientMethod> methods)
			throws IllegalAccessException {
		byte[] bytes = ClientBytecode.of(type, type.getPackageName(), methods);
		return lookup.hasFullPrivilegeAccess() ? lookup.defineHiddenClass(bytes, true).lookupClass()
				: lookup.defineClass(bytes);
	}

	private static Class<?> requirePublic(Class<?> type) {
		for (Class<?> part = type; part != null; part = part.getDeclaringClass()) {
			if (!Modifier.isPublic(part.getModifiers())) {
				throw new IllegalArgumentException("it is not public; make it so, or have its module open the package "
						+ type.getPackageName() + " to this library");
			}
		}
		return type;
	}

	/** Sees the interface as its own loader does, and this library. */
	private static final class Child extends ClassLoader {

		private static final String PACKAGE = "dev.wasmsandbox.client.generated";

		private final Class<?> type;

		Child(Class<?> type) {
			super(type.getClassLoader());
			this.type = type;
		}

		Class<?> define(List<ClientMethod> methods) {
			byte[] bytes = ClientBytecode.of(this.type, PACKAGE, methods);
			return defineClass(null, bytes, 0, bytes.length);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			for (Class<?> own : List.of(ClientFunction.class, AbiCall.class)) {
				if (own.getName().equals(name)) {
					return own;
				}
			}
			return name.equals(this.type.getName()) ? this.type : super.loadClass(name, resolve);
		}

	}

}
