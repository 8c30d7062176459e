package dev.wasmsandbox.engine;

import org.jspecify.annotations.Nullable;

/**
 * Where runs of guests wait for their turn before they begin, so that waiting takes
 * nothing of their time. Each turn that was begun is ended by the same thread.
 */
public interface RunGate {

	/**
	 * Begins a turn, unless the current thread has one: a run within another run takes
	 * none of its own.
	 * @param payer in whose line to wait; {@code null} for those without one
	 * @param function the function to be called, if it is one
	 * @return whether a turn was begun, which must be {@link #end}ed then
	 */
	boolean begin(@Nullable LeasePayer payer, @Nullable String function);

	/** Ends the current thread's turn. */
	void end();

}
