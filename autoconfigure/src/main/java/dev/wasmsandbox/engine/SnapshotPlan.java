package dev.wasmsandbox.engine;

import java.util.List;

import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * What is run before the first call in a sandbox, and how much of it before the state is
 * taken that every sandbox of a module starts with.
 *
 * @param afterStart whether the start is run before, instead of in each sandbox
 * @param warmUp calls to run after it
 * @param start functions that belong to the start, called after the start function with
 * zeroes for parameters; {@code null} for {@code _initialize} where WASI is offered
 */
public record SnapshotPlan(boolean afterStart, List<Step> warmUp, @Nullable List<ModuleExport> start) {

	/** Nothing is run: every sandbox runs the start function itself. */
	public static final SnapshotPlan NONE = new SnapshotPlan(false, List.of());

	public SnapshotPlan {
		warmUp = List.copyOf(warmUp);
		start = (start != null) ? List.copyOf(start) : null;
	}

	/** With the usual start. */
	public SnapshotPlan(boolean afterStart, List<Step> warmUp) {
		this(afterStart, warmUp, null);
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
