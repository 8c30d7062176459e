package dev.wasmsandbox.tuning;

import java.time.Instant;

/**
 * A decision and when it was made. Immutable.
 *
 * @param at when it was made
 * @param window the number of the window of observation it followed
 * @param kind what kind of decision it is
 * @param decision the decision
 */
public record TunerNote(Instant at, long window, Kind kind, TunerDecision decision) {

	static TunerNote now(TunerState state, TunerDecision decision) {
		return new TunerNote(Instant.now(), state.window(), Kind.of(decision), decision);
	}

	/** Kinds of decisions. */
	public enum Kind {

		/** A trial begins. */
		TRIAL,
		/** A trial goes on. */
		CONTINUE,
		/** A move is proved and stays. */
		KEEP,
		/** A trial ended without a gain, the values before are back. */
		ROLL_BACK,
		/** Nothing is tried for now. */
		WAIT,
		/** A move would be tried. */
		ADVISE;

		private static Kind of(TunerDecision decision) {
			return switch (decision) {
				case TunerDecision.Trial _ -> TRIAL;
				case TunerDecision.Continue _ -> CONTINUE;
				case TunerDecision.Keep _ -> KEEP;
				case TunerDecision.RollBack _ -> ROLL_BACK;
				case TunerDecision.Wait _ -> WAIT;
				case TunerDecision.Advise _ -> ADVISE;
			};
		}

		/** Whether it is worth being remembered: anything but waiting and going on. */
		public boolean notable() {
			return this != CONTINUE && this != WAIT;
		}

	}

}
