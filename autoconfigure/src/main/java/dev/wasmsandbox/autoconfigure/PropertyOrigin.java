package dev.wasmsandbox.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Finds where a module's location was set, for messages.
 */
final class PropertyOrigin {

	private PropertyOrigin() {
	}

	/**
	 * Names the property that says where a module is and the place it was set at, for
	 * example {@code 'wasm.modules.a.location' (class path resource [application.yml] -
	 * 4:17)}; {@code null} if it is not set.
	 */
	static @Nullable String ofLocation(@Nullable Environment environment, String module) {
		ConfigurationProperty found = (environment != null) ? find(environment, module) : null;
		if (found == null) {
			return null;
		}
		String name = "'" + ModuleNames.locationProperty(module) + "'";
		return (found.getOrigin() != null) ? name + " (" + found.getOrigin() + ")" : name;
	}

	/**
	 * A module's location as it is written, with its placeholders, which may stand for
	 * paths of the host.
	 * @param location what it comes to
	 */
	static String writtenLocation(Environment environment, String module, String location) {
		ConfigurationProperty found = find(environment, module);
		return (found != null && found.getValue() instanceof CharSequence written) ? written.toString() : location;
	}

	/** The name may be written with and without brackets, which are different names. */
	private static @Nullable ConfigurationProperty find(Environment environment, String module) {
		List<ConfigurationPropertyName> names = List.of(
				ConfigurationPropertyName.adapt(ModuleNames.MODULES + "." + module + ".location", '.'),
				ConfigurationPropertyName.of(ModuleNames.MODULES + "[" + module + "].location"));
		for (ConfigurationPropertySource source : sources(environment)) {
			for (ConfigurationPropertyName name : names) {
				ConfigurationProperty found = source.getConfigurationProperty(name);
				if (found != null) {
					return found;
				}
			}
		}
		return null;
	}

	private static Iterable<ConfigurationPropertySource> sources(Environment environment) {
		return (environment instanceof ConfigurableEnvironment configurable)
				? ConfigurationPropertySources.from(configurable.getPropertySources()) : List.of();
	}

}
