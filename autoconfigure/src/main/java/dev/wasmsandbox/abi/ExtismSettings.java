package dev.wasmsandbox.abi;

import java.util.Map;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;

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

	/**
	 * Checks that they are for a plug-in, so that none is without effect.
	 * @param abi the convention that the module follows
	 * @throws ModuleRejectedException if it is another one
	 */
	public void requireUsedBy(String moduleName, GuestAbi abi) {
		if (!equals(NONE) && !(abi instanceof ExtismAbi)) {
			throw new ModuleRejectedException(moduleName, null, Reason.UNFIT_FOR_ABI, "extism",
					"it is given a configuration for Extism plug-ins, but follows the convention '" + abi.name()
							+ "'; remove wasm.modules." + moduleName + ".extism, or set its abi to extism",
					null);
		}
	}

	/** An empty configuration. */
	public static ExtismSettings none() {
		return NONE;
	}

}
