package dev.wasmsandbox.abi;

import java.util.Map;

/**
 * What an Extism plug-in is given besides its input. Immutable.
 *
 * @param config its configuration, which it reads by key
 */
public record ExtismSettings(Map<String, String> config) {

	private static final ExtismSettings NONE = new ExtismSettings(Map.of());

	public ExtismSettings {
		config = Map.copyOf(config);
	}

	/** An empty configuration. */
	public static ExtismSettings none() {
		return NONE;
	}

}
