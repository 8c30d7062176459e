package dev.wasmsandbox.observe;

import org.jspecify.annotations.Nullable;

/**
 * Follows single calls and sessions for whoever traces them. It is told of a call before
 * a sandbox is asked for and after it was given back, on the thread that runs the call:
 * what it throws fails the call, and leaks no sandbox. Thread-safe.
 */
public interface CallTracer {

	/**
	 * A call in a clean sandbox begins on this thread; what runs until its end is part of
	 * it.
	 * @param origin where the call was asked for, if that was on another thread
	 */
	Trace call(Subject subject, @Nullable Origin origin);

	/**
	 * A session is asked for. Other sessions may begin before it ends, and it may end on
	 * another thread.
	 * @param instanceId the label it is opened with
	 */
	Trace session(Subject subject, String instanceId);

	/** What this thread is doing, for a call that it hands to another one. */
	Origin origin();

	/**
	 * What is followed.
	 *
	 * @param module the module's name
	 * @param function what is called; empty for a session
	 * @param exported whether that is the name of an export, of which there are few, and
	 * not one that a caller made up
	 * @param tenant in whose name; {@code null} for nobody
	 */
	record Subject(String module, String function, boolean exported, @Nullable String tenant) {
	}

	/** A call or session that has begun; it is ended once. */
	@FunctionalInterface
	interface Trace {

		/**
		 * It has ended.
		 * @param failure why it failed; {@code null} if it did not
		 */
		void end(Outcome outcome, @Nullable Throwable failure);

	}

	/** What a thread was doing when it handed a call to another one. */
	interface Origin {

		/**
		 * Has the current thread go on with it, as far as it is no trace: those are
		 * handed to {@link CallTracer#call}.
		 */
		Restored restore();

	}

	/** Ends what {@link Origin#restore} began, on the same thread. */
	@FunctionalInterface
	interface Restored extends AutoCloseable {

		@Override
		void close();

	}

}
