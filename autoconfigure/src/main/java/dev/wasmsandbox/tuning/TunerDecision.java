package dev.wasmsandbox.tuning;

import java.util.Map;

/** What the core decided after a window. Immutable. */
public sealed interface TunerDecision {

	/** The values of all parameters that must be active in the next window. */
	Map<String, Double> configuration();

	/** Why, in a sentence. */
	String reason();

	/** A trial begins: its move is tried in some of the windows from now on. */
	record Trial(Map<String, Double> configuration, Move.Proposal proposal, String reason) implements TunerDecision {
	}

	/** The trial goes on. */
	record Continue(Map<String, Double> configuration, TrialResult.Evidence evidence,
			String reason) implements TunerDecision {
	}

	/** The move is proved and stays. */
	record Keep(Map<String, Double> configuration, TrialResult result, String reason) implements TunerDecision {
	}

	/** The trial ended without a gain: the values before are back. */
	record RollBack(Map<String, Double> configuration, TrialResult result, String reason) implements TunerDecision {
	}

	/** Nothing is tried for now. */
	record Wait(Map<String, Double> configuration, String reason) implements TunerDecision {
	}

	/** A move would be tried, if that were allowed; nothing is changed. */
	record Advise(Map<String, Double> configuration, Move.Proposal proposal, String reason) implements TunerDecision {
	}

}
