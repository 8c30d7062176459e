package dev.wasmsandbox.autoconfigure;

import java.util.regex.Pattern;

import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Looks at the names of the properties below {@code wasm} as they are written, before
 * they are bound. A name that Spring would read as another one, by leaving signs of it
 * out or by counting modules, is refused.
 */
final class PropertyNames {

	private static final Pattern OURS = Pattern.compile("(?i)wasm[.\\[].*");

	private static final Pattern LISTED = Pattern.compile("(?i)wasm\\.modules\\[\\d+].*");

	/** In brackets everything is kept. */
	private static final Pattern KEPT = Pattern.compile("(?:[\\w.-]|\\[(?:[^\\[\\]]|\\[[^\\[\\]]*+])*+])*+");

	private static final String USE_A_MAP = """
			Write the name of the module instead of the dash of the list:

			    wasm:
			      modules:
			        image:
			          location: classpath:wasm/image.wasm

			A name that is a number goes in quotes.""";

	private PropertyNames() {
	}

	/**
	 * Looks at the names in all sources but the variables of the system, which cannot
	 * have other signs.
	 * @throws PropertyNameException for the first name that is not read as it is written
	 */
	static void requireKept(Environment environment) {
		if (environment instanceof ConfigurableEnvironment configurable) {
			for (PropertySource<?> source : configurable.getPropertySources()) {
				if (source instanceof EnumerablePropertySource<?> enumerable
						&& !(source instanceof SystemEnvironmentPropertySource)) {
					for (String name : enumerable.getPropertyNames()) {
						requireKept(name, source);
					}
				}
			}
		}
	}

	private static void requireKept(String name, PropertySource<?> source) {
		if (!OURS.matcher(name).matches()) {
			return;
		}
		if (LISTED.matcher(name).matches()) {
			throw new PropertyNameException("The modules are a list, by " + named(name, source)
					+ ". But each of them has a name, so 'wasm.modules' is a map.", USE_A_MAP);
		}
		if (!KEPT.matcher(name).matches()) {
			throw new PropertyNameException(
					"The name of the property " + named(name, source)
							+ " has signs that Spring leaves out, so that it would be read as another one.",
					"Write the part with other signs than letters, digits, dashes, underscores and dots in brackets, "
							+ "and in YAML in quotes as well: \"[A B]\".");
		}
	}

	private static String named(String name, PropertySource<?> source) {
		Origin origin = OriginLookup.getOrigin(source, name);
		return "'" + name + "'" + ((origin != null) ? " (" + origin + ")" : "");
	}

}
