package dev.wasmsandbox.autoconfigure;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Words for messages about a module that does not exist.
 */
final class KnownModules {

	private KnownModules() {
	}

	static String describe(Collection<String> known) {
		return known.isEmpty() ? "No module is configured." : "Known modules: " + String.join(", ", known) + ".";
	}

	/**
	 * What to do.
	 * @param requested the name that was asked for; {@code null} if none was
	 */
	static String action(@Nullable String requested, Collection<String> known) {
		String location = (requested != null && ModuleNames.isValid(requested))
				? ModuleNames.locationProperty(requested) : ModuleNames.MODULES + ".<name>.location";
		String configure = "configure the module by setting the property '" + location + "'.";
		return known.isEmpty() ? Character.toUpperCase(configure.charAt(0)) + configure.substring(1)
				: "Use one of the known names, or " + configure;
	}

}
