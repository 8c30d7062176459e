package dev.wasmsandbox.actuate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.wasmsandbox.WasmSandboxes;

/**
 * What the {@link WasmEndpoint} does to a module. Each takes nothing from the request but
 * the module's name, and needs access to write.
 */
public enum ModuleAction {

	/** Loads the module again, from where it is configured. */
	RELOAD {

		@Override
		void perform(WasmSandboxes sandboxes, String module) {
			sandboxes.reload(module);
		}

	},

	/** Discards the idle sandboxes, and the leased ones when they come back. */
	DRAIN {

		@Override
		void perform(WasmSandboxes sandboxes, String module) {
			sandboxes.get(module).pool().drain();
		}

	};

	/**
	 * Does it, before it returns.
	 * @throws dev.wasmsandbox.error.UnknownModuleException if there is no such module
	 */
	abstract void perform(WasmSandboxes sandboxes, String module);

	/** Its name in requests: in lower case. */
	public String text() {
		return name().toLowerCase(Locale.ROOT);
	}

	/** The action of the given name, in upper or lower case. */
	static Optional<ModuleAction> find(String text) {
		return Arrays.stream(values()).filter((action) -> action.text().equalsIgnoreCase(text)).findFirst();
	}

	/** The names of all. */
	static List<String> texts() {
		return Arrays.stream(values()).map(ModuleAction::text).toList();
	}

}
