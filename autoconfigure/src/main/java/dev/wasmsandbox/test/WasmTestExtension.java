package dev.wasmsandbox.test;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import dev.wasmsandbox.SandboxBuilder;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmClient;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.module.ModuleSource;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Gives tests what {@link WasmTest} says. All that it opens is put into JUnit's stores,
 * which close it: modules after the class, sessions after the test.
 */
final class WasmTestExtension implements ParameterResolver, BeforeAllCallback, BeforeEachCallback {

	private static final Namespace NAMESPACE = Namespace.create(WasmTestExtension.class);

	private static final String CLASS_PATH = "classpath:";

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.isAnnotated(WasmTest.class) || isOurs(parameter.getParameter().getType());
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return resolve(parameter.getParameter(), parameter.getParameter().getType(), context);
	}

	/** A static field would keep what ends with a test, so there is none. */
	@Override
	public void beforeAll(ExtensionContext context) {
		AnnotationSupport
			.findAnnotatedFields(context.getRequiredTestClass(), WasmTest.class,
					(found) -> Modifier.isStatic(found.getModifiers()), HierarchyTraversalMode.TOP_DOWN)
			.stream()
			.findFirst()
			.ifPresent((field) -> {
				throw new ExtensionConfigurationException("@WasmTest does not set static fields, but " + field
						+ " is one; make it an instance field, or a parameter of the method that uses it");
			});
	}

	@Override
	public void beforeEach(ExtensionContext context) throws IllegalAccessException {
		for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
			for (Field field : AnnotationSupport.findAnnotatedFields(instance.getClass(), WasmTest.class,
					(found) -> !Modifier.isStatic(found.getModifiers()), HierarchyTraversalMode.TOP_DOWN)) {
				field.setAccessible(true);
				field.set(instance, resolve(field, field.getType(), context));
			}
		}
	}

	private static boolean isOurs(Class<?> type) {
		return type == WasmSandbox.class || type == SandboxSession.class || type.isAnnotationPresent(WasmClient.class);
	}

	private static Object resolve(AnnotatedElement place, Class<?> type, ExtensionContext context) {
		WasmTest says = where(place, context);
		WasmSandbox sandbox = sandbox(says, context);
		if (type == WasmSandbox.class) {
			return sandbox;
		}
		if (type == SandboxSession.class) {
			SandboxSession session = sandbox.openSession(context.getDisplayName());
			context.getStore(NAMESPACE).put(session, session);
			return session;
		}
		if (type.isInterface()) {
			return sandbox.as(type);
		}
		throw new ExtensionConfigurationException(
				"@WasmTest gives a WasmSandbox, a SandboxSession or a client interface, " + "but " + place + " is a "
						+ type.getName());
	}

	private static WasmTest where(AnnotatedElement place, ExtensionContext context) {
		WasmTest own = place.getAnnotation(WasmTest.class);
		if (own != null && !own.value().isEmpty()) {
			return own;
		}
		for (Class<?> type = context.getRequiredTestClass(); type != null; type = type.getEnclosingClass()) {
			WasmTest all = type.getAnnotation(WasmTest.class);
			if (all != null && !all.value().isEmpty()) {
				return all;
			}
		}
		throw new ExtensionConfigurationException(
				"Which module " + place + " is of is not said; add @WasmTest with its " + "location to it, or to "
						+ context.getRequiredTestClass().getName());
	}

	/** Loaded once for the outermost class that is being run. */
	private static WasmSandbox sandbox(WasmTest says, ExtensionContext context) {
		ExtensionContext outermost = context;
		for (ExtensionContext next = context; next.getTestClass().isPresent(); next = next.getParent().orElseThrow()) {
			outermost = next;
		}
		Store store = outermost.getStore(NAMESPACE);
		return store.computeIfAbsent(says, (_) -> load(says), WasmSandbox.class);
	}

	private static WasmSandbox load(WasmTest says) {
		String location = says.value();
		String name = location.substring(location.lastIndexOf('/') + 1).replaceFirst("\\.wasm$", "");
		SandboxBuilder builder = WasmSandbox.builder().name(name).source(source(location));
		if (says.memoryLimit() > 0) {
			builder.memoryLimit(says.memoryLimit());
		}
		if (says.callTimeout() > 0) {
			builder.callTimeout(Duration.ofMillis(says.callTimeout()));
		}
		ReflectionSupport.newInstance(says.customizer()).accept(builder);
		return builder.build();
	}

	private static ModuleSource source(String location) {
		if (!location.startsWith(CLASS_PATH)) {
			Path file = Path.of(location.replaceFirst("^file:", ""));
			if (!Files.isReadable(file)) {
				throw new ExtensionConfigurationException("There is no module file " + file.toAbsolutePath());
			}
			return ModuleSource.of(file);
		}
		String resource = location.substring(CLASS_PATH.length()).replaceFirst("^/", "");
		ClassLoader loader = Thread.currentThread().getContextClassLoader();
		try (InputStream stream = loader.getResourceAsStream(resource)) {
			if (stream == null) {
				throw new ExtensionConfigurationException("There is no module " + resource
						+ " on the class path; those of tests lie in src/test/resources");
			}
			return ModuleSource.of(stream.readAllBytes());
		}
		catch (IOException ex) {
			throw new ExtensionConfigurationException("The module " + location + " cannot be read", ex);
		}
	}

}
