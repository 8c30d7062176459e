package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.engine.SnapshotPlan;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;

/**
 * The warm-up calls of a definition as the engine makes them. A call that does not fit
 * the module is refused with the property that holds it.
 */
final class WarmUpSteps {

	private WarmUpSteps() {
	}

	/**
	 * The steps, in the definition's order.
	 * @throws ModuleRejectedException naming the first call that does not fit
	 */
	static List<SnapshotPlan.Step> of(ModuleDefinition definition, CompiledModule code) {
		String name = definition.name();
		List<SnapshotPlan.Step> steps = new ArrayList<>();
		for (WarmUpCall call : definition.warmUp()) {
			String property = "warm-up[" + steps.size() + "]";
			ModuleExport export;
			try {
				export = ExportedFunctions.resolve(name, code, call.function());
			}
			catch (GuestAbiException ex) {
				throw wrong(name, property + ".function", call, ex);
			}
			try {
				FunctionSignature signature = Objects.requireNonNull(export.signature());
				long[] raw = Conversions.untyped(name, call.function(), signature, call.arguments());
				steps.add(new SnapshotPlan.Step(export, Arrays.stream(raw).boxed().toList(), call.times()));
			}
			catch (GuestAbiException ex) {
				throw wrong(name, property + ".arguments", call, ex);
			}
		}
		return steps;
	}

	private static ModuleRejectedException wrong(String module, String property, WarmUpCall call,
			GuestAbiException cause) {
		return new ModuleRejectedException(
				module, null, Reason.INSTANTIATION_FAILED, property, "the warm-up call of '" + call.function()
						+ "' with the arguments " + call.arguments() + " does not fit it: " + cause.getMessage(),
				cause);
	}

}
