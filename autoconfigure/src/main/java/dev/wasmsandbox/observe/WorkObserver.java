package dev.wasmsandbox.observe;

import java.util.Collection;

/** Watches the work of all modules of a registry. Thread-safe. */
@FunctionalInterface
public interface WorkObserver {

	/** Watches nothing. */
	WorkObserver NONE = (_, _) -> WorkRecorder.NONE;

	/**
	 * Who is told of a module's work; asked when it is loaded, and again when another
	 * version of it is.
	 * @param exports the names of the functions it exports
	 */
	WorkRecorder module(String name, Collection<String> exports);

	/** A module was unloaded: nothing of it is kept. */
	default void unloaded(String name) {
	}

}
