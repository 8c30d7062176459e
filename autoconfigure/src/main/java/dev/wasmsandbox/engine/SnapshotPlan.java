package dev.wasmsandbox.engine;

import java.util.List;

import dev.wasmsandbox.screen.ModuleExport;

/**
 * What is run before the state is taken that every sandbox of a module starts with.
 *
 * @param afterStart whether the start function is run before, instead of in each sandbox
 * @param warmUp calls to run after it
 */
public record SnapshotPlan(boolean afterStart, List<Step> warmUp) {

	/** Nothing is run: every sandbox runs the start function itself. */
	public static final SnapshotPlan NONE = new SnapshotPlan(false, List.of());

	public SnapshotPlan {
		warmUp = List.copyOf(warmUp);
	}

	/**
	 * A call.
	 *
	 * @param function the export
	 * @param arguments raw values, of the right number
	 * @param times how often it is called
	 */
	public record Step(ModuleExport function, List<Long> arguments, int times) {

		public Step {
			arguments = List.copyOf(arguments);
		}

	}

}
