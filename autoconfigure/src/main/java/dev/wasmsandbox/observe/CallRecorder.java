package dev.wasmsandbox.observe;

/**
 * Is told of the calls of one function. Called on callers' threads, by many at once, on
 * their way: it takes nanoseconds, never blocks and never throws.
 */
public interface CallRecorder {

	/** Listens to nothing. */
	CallRecorder NONE = new CallRecorder() {

		@Override
		public void call(Outcome outcome, long nanos) {
		}

		@Override
		public void processor(long nanos) {
		}

		@Override
		public boolean takesLong() {
			return false;
		}

		@Override
		public void refused(Outcome outcome) {
		}

		@Override
		public void sessionCalls(Outcome outcome, long calls, long timed, long timedNanos) {
		}

	};

	/**
	 * One call in a clean sandbox has ended.
	 * @param nanos from asking for a sandbox to the answer, waiting for it included
	 */
	void call(Outcome outcome, long nanos);

	/**
	 * The time that the thread of one call was on a processor; a few calls are asked,
	 * because that clock is slow.
	 */
	void processor(long nanos);

	/** Whether calls take so long that each may be asked for that. */
	boolean takesLong();

	/** A call was refused before it asked for a sandbox; nobody timed it. */
	void refused(Outcome outcome);

	/**
	 * Calls of a session, told when it is closed or when one failed.
	 * @param calls how many ended in this way
	 * @param timed how many of them were timed: in a session a clock would cost more than
	 * a call
	 * @param timedNanos what those took together
	 */
	void sessionCalls(Outcome outcome, long calls, long timed, long timedNanos);

}
