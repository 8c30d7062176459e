package dev.wasmsandbox.autoconfigure;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.module.ModuleSource;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * The names in {@code wasm.modules}.
 */
final class ModuleNames {

	static final String MODULES = "wasm.modules";

	private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z0-9_-]+");

	private ModuleNames() {
	}

	/**
	 * The configured names.
	 * @throws InvalidConfigurationPropertyValueException if one is not a module name
	 */
	static Set<String> configured(Environment environment) {
		Set<String> names = Binder.get(environment)
			.bind(MODULES, Bindable.mapOf(String.class, Object.class))
			.map(Map::keySet)
			.orElse(Set.of());
		names.forEach(ModuleNames::requireValid);
		return names;
	}

	private static void requireValid(String name) {
		try {
			define(name);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(property(name), name, ex.getMessage(), ex);
		}
	}

	private static void define(String name) {
		ModuleDefinition.named(name).source(ModuleSource.of(new byte[0])).build();
	}

	/** Whether a module may have this name. */
	static boolean isValid(String name) {
		try {
			define(name);
			return true;
		}
		catch (IllegalArgumentException _) {
			return false;
		}
	}

	/**
	 * The property that configures a module, as it is written in a file: for example
	 * {@code wasm.modules.image} or {@code wasm.modules[acme.image]}.
	 */
	static String property(String name) {
		return PLAIN_KEY.matcher(name).matches() ? MODULES + "." + name : MODULES + "[" + name + "]";
	}

	/** The property that says where a module is. */
	static String locationProperty(String name) {
		return property(name) + ".location";
	}

}
