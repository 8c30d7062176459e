package dev.wasmsandbox.observe;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Is told of every refusal of something that was not granted. Called on the thread that
 * was refused, by several at once; it must not throw.
 */
@FunctionalInterface
public interface SecurityListener {

	void refused(Refusal refusal);

	/**
	 * A refusal.
	 *
	 * @param module the module that was refused
	 * @param function what it wanted to import or call, if that is known
	 * @param required the capability it lacks
	 * @param granted those it has
	 */
	record Refusal(String module, @Nullable String function, String required, Set<String> granted) {

		public Refusal {
			granted = Set.copyOf(granted);
		}

	}

}
