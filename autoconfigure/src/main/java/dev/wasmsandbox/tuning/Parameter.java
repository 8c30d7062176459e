package dev.wasmsandbox.tuning;

import java.util.Set;
import java.util.TreeSet;

import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.TuningRange;

/**
 * What the core knows of a parameter. Immutable, and without the parameter itself: the
 * core cannot set anything.
 *
 * @param id module and name
 * @param range the values it may take
 * @param risk what a wrong value can do
 * @param together the ids of parameters it may be changed together with
 * @param pinned whether it keeps its value, because somebody said so
 */
public record Parameter(String id, TuningRange range, Tunable.Risk risk, Set<String> together, boolean pinned) {

	public Parameter {
		together = Set.copyOf(together);
	}

	/** What the core needs to know of a parameter. */
	public static Parameter of(Tunable tunable, boolean pinned) {
		String module = tunable.module();
		Set<String> together = new TreeSet<>();
		tunable.together().forEach((name) -> together.add((module != null) ? module + "/" + name : name));
		return new Parameter(tunable.id(), tunable.range(), tunable.risk(), together, pinned);
	}

	/** Whether something may be tried at all. */
	boolean free() {
		return !this.pinned && this.risk != Tunable.Risk.HIGH && this.range.size() > 1;
	}

}
