package dev.wasmsandbox.actuate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link WasmEndpoint} does to a module. Each takes nothing from the request but
 * the module's name, {@link #RESIZE} a number too, and needs access to write.
 */
public enum ModuleAction {

	/** Loads the module again, from where it is configured. */
	RELOAD {

		@Override
		void perform(WasmSandbox module, Context context) {
			context.sandboxes().reload(module.name());
		}

	},

	/** Discards the idle sandboxes, and the leased ones when they come back. */
	DRAIN {

		@Override
		void perform(WasmSandbox module, Context context) {
			module.pool().drain();
		}

	},

	/** Makes the idle sandboxes of {@code pool.min-idle}, if there are fewer. */
	WARM {

		@Override
		void perform(WasmSandbox module, Context context) {
			module.pool().warmUp();
		}

	},

	/**
	 * Changes how many sandboxes may be in use at the same time, until the next start.
	 */
	RESIZE {

		@Override
		void perform(WasmSandbox module, Context context) {
			Integer size = context.size();
			if (size == null) {
				throw new IllegalArgumentException("The action 'resize' needs a 'size', a number of sandboxes");
			}
			module.pool().resize(size);
		}

	},

	/** Forgets the window that performance is measured in; counts go on. */
	RESET_STATISTICS {

		@Override
		void perform(WasmSandbox module, Context context) {
			PerformanceView performance = context.performance();
			if (performance == null) {
				throw new IllegalArgumentException("Performance is not measured; set wasm.metrics.enabled to true");
			}
			performance.metrics().reset(module.name());
		}

	};

	/**
	 * Does it, before it returns.
	 * @throws IllegalArgumentException if it cannot be done so
	 */
	abstract void perform(WasmSandbox module, Context context);

	/**
	 * What actions use.
	 *
	 * @param sandboxes the registry
	 * @param performance what is measured; {@code null} if nothing is
	 * @param size of the request; {@code null} if it has none
	 */
	record Context(WasmSandboxes sandboxes, @Nullable PerformanceView performance, @Nullable Integer size) {
	}

	/** Its name in requests: in lower case, with dashes. */
	public String text() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
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
