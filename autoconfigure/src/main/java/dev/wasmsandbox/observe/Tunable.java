package dev.wasmsandbox.observe;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A parameter that may be changed while the application runs, registered by the part that
 * owns it. Only values of its {@link #range()} are ever set, whoever asks.
 * <p>
 * Implementations are thread-safe: the value is read and set by another thread than those
 * that work with it.
 */
public interface Tunable {

	/** What it is called within its module, for example {@code pool.max-size}. */
	String name();

	/** The module it belongs to, or null for one of the whole application. */
	@Nullable String module();

	/** The unit of its values, for example {@code bytes}; empty for choices. */
	String unit();

	/** The values it may take: bounds and steps between them, or choices. */
	TuningRange range();

	/** What a wrong value can do; nothing is tried that has a high risk. */
	Risk risk();

	/** The present value, one of the range. */
	double value();

	/**
	 * Changes the value for what comes; work under way is not disturbed.
	 * @throws IllegalArgumentException if the range does not contain it
	 */
	void set(double value);

	/**
	 * The names of parameters of the same module that it may be changed together with,
	 * because one of them alone has no effect or the opposite one.
	 */
	default Set<String> together() {
		return Set.of();
	}

	/** The module and the name: unique in an application. */
	default String id() {
		String module = module();
		return (module != null) ? module + "/" + name() : name();
	}

	/** What a wrong value can do. */
	enum Risk {

		/** Some time or memory is wasted. */
		LOW,
		/** Callers notice, but no call fails. */
		MEDIUM,
		/** Calls may fail or memory may run out: never tried by itself. */
		HIGH

	}

}
