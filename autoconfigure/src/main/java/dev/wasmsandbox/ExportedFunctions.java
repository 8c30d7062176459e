package dev.wasmsandbox;

import java.util.Objects;
import java.util.TreeSet;

import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.screen.ModuleExport;

/**
 * Finds a module's exported functions by name.
 */
final class ExportedFunctions {

	private ExportedFunctions() {
	}

	/**
	 * The function of a name.
	 * @throws GuestAbiException if there is none, naming those there are
	 */
	static ModuleExport resolve(String moduleName, CompiledModule code, String function) {
		ModuleExport export = code.functions().get(Objects.requireNonNull(function, "function"));
		if (export == null) {
			throw new GuestAbiException(moduleName, function, "no such function is exported; there "
					+ (code.functions().isEmpty() ? "are none" : "are " + known(code)), null);
		}
		return export;
	}

	private static String known(CompiledModule code) {
		return GuestText.names(new TreeSet<>(code.functions().keySet()), 20);
	}

}
