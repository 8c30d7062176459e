package dev.wasmsandbox.abi;

import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;

/**
 * Looks exports up for conventions.
 */
final class Exports {

	private static final int SHOWN = 20;

	private Exports() {
	}

	/**
	 * An exported function.
	 * @throws GuestAbiException if there is none of the name, naming those there are
	 */
	static ModuleExport require(String moduleName, ModuleReport module, String function) {
		return module.exportedFunction(function)
			.orElseThrow(() -> new GuestAbiException(moduleName, function,
					"no such function is exported; there " + known(module), null));
	}

	private static String known(ModuleReport module) {
		List<String> names = module.exportedFunctions().stream().map(ModuleExport::name).sorted().toList();
		if (names.isEmpty()) {
			return "are none";
		}
		String list = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
		return "are " + ((names.size() > SHOWN) ? list + " and " + (names.size() - SHOWN) + " more" : list);
	}

	static FunctionSignature signature(ModuleExport export) {
		return Objects.requireNonNull(export.signature());
	}

	/** Whether a function of the name and signature is exported. */
	static boolean has(ModuleReport module, String name, FunctionSignature signature) {
		return module.exportedFunction(name).filter((export) -> signature.equals(export.signature())).isPresent();
	}

}
