package dev.wasmsandbox.tuning;

import java.util.List;

import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.TuningRange;
import org.jspecify.annotations.Nullable;

/**
 * The tuner at one moment. Immutable.
 *
 * @param mode what it may do
 * @param activity what it does
 * @param windows how many windows of observation there were
 * @param trials how many trials were started
 * @param noise the standard deviation of a window's score, a part of it; 0 if it is not
 * known yet
 * @param score the score of the last window, 1 for as fast as at first; 0 if there was
 * none
 * @param parameters all parameters, by id
 * @param trial the trial under way; {@code null} if there is none
 * @param latest the last decision; {@code null} if there was none
 * @param decisions trials, what came of them, and advice: the last 100, the latest first
 */
public record TunerStatus(TunerMode mode, Activity activity, long windows, int trials, double noise, double score,
		List<ParameterStatus> parameters, @Nullable TrialStatus trial, @Nullable TunerNote latest,
		List<TunerNote> decisions) {

	public TunerStatus {
		parameters = List.copyOf(parameters);
		decisions = List.copyOf(decisions);
	}

	/** What the tuner does. */
	public enum Activity {

		/** It was stopped and waits to be resumed. */
		STOPPED,
		/** It has what was set settle. */
		SETTLING,
		/** It observes. */
		OBSERVING

	}

	/**
	 * A parameter.
	 *
	 * @param id module and name
	 * @param unit the unit of its values
	 * @param range the values it may take
	 * @param risk what a wrong value can do
	 * @param value its value
	 * @param proven the value it would go back to; {@code null} if none is known
	 * @param pin why it keeps its value; {@code null} if it need not
	 */
	public record ParameterStatus(String id, String unit, TuningRange range, Tunable.Risk risk, double value,
			@Nullable Double proven, @Nullable Pin pin) {
	}

	/** Why a parameter keeps its value. */
	public enum Pin {

		/** It is configured so. */
		CONFIGURED,
		/** Somebody said so while the application runs. */
		REQUESTED,
		/** Its risk is higher than what is allowed. */
		RISK,
		/** It could not be set. */
		FAILED

	}

	/**
	 * The trial under way.
	 *
	 * @param number its number, from 1
	 * @param proposal what is tried and why
	 * @param started the window in which it began
	 * @param comparisons how many comparisons were made
	 * @param trying whether the new values are active
	 */
	public record TrialStatus(int number, Move.Proposal proposal, long started, int comparisons, boolean trying) {
	}

}
