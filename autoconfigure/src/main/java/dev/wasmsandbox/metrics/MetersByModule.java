package dev.wasmsandbox.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.wasmsandbox.WasmSandboxes;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * The meters in one registry that each module has. Invariant: after the last
 * reconciliation of a name it has meters if and only if a module of that name is loaded,
 * in whatever order the changes of it are reported.
 */
final class MetersByModule {

	private final WasmSandboxes sandboxes;

	private final MeterRegistry registry;

	private final Function<String, List<Meter>> register;

	private final Map<String, List<Meter>> byModule = new HashMap<>();

	private MetersByModule(WasmSandboxes sandboxes, MeterRegistry registry, Function<String, List<Meter>> register) {
		this.sandboxes = sandboxes;
		this.registry = registry;
		this.register = register;
	}

	/**
	 * Has meters come and go with the modules from now on.
	 * @param register registers those of a module of the given name
	 */
	static void bind(WasmSandboxes sandboxes, MeterRegistry registry, Function<String, List<Meter>> register) {
		MetersByModule meters = new MetersByModule(sandboxes, registry, register);
		sandboxes.addListener(meters::reconcile);
		sandboxes.names().forEach(meters::reconcile);
	}

	private synchronized void reconcile(String module) {
		if (this.sandboxes.find(module).isPresent()) {
			this.byModule.computeIfAbsent(module, this.register);
		}
		else {
			List<Meter> gone = this.byModule.remove(module);
			if (gone != null) {
				gone.forEach(this.registry::remove);
			}
		}
	}

}
