package dev.wasmsandbox.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.wasmsandbox.observe.Tunable.Risk;
import dev.wasmsandbox.observe.TuningRange;
import dev.wasmsandbox.tuning.Move;
import dev.wasmsandbox.tuning.Prediction;
import dev.wasmsandbox.tuning.TrialResult;
import dev.wasmsandbox.tuning.TunerDecision;
import dev.wasmsandbox.tuning.TunerMode;
import dev.wasmsandbox.tuning.TunerNote;
import dev.wasmsandbox.tuning.TunerStatus;
import dev.wasmsandbox.tuning.TunerStatus.ParameterStatus;
import dev.wasmsandbox.tuning.TunerStatus.Pin;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the {@link TunerEndpoint} answers. Values are written as they would be configured.
 * Immutable.
 */
public final class TunerDescriptors {

	private TunerDescriptors() {
	}

	/**
	 * The answer.
	 *
	 * @param mode what it may do
	 * @param activity what it does
	 * @param intervalSeconds how long values settle before a window
	 * @param observationSeconds how long a window is
	 * @param windows how many windows there were
	 * @param trials how many trials were started
	 * @param score the score of the last window, 1 for as fast as at first
	 * @param noise the standard deviation of a window's score, a part of it
	 * @param parameters the parameters, by id
	 * @param trial the trial under way; absent if there is none
	 * @param latest the last decision; absent if there was none
	 * @param decisions trials, what came of them, and advice, the latest first
	 * @param rollBacks those of them that ended without a gain
	 */
	public record TunerDescriptor(TunerMode mode, TunerStatus.Activity activity, double intervalSeconds,
			double observationSeconds, long windows, int trials, double score, double noise,
			List<ParameterDescriptor> parameters, @Nullable TrialDescriptor trial, @Nullable DecisionDescriptor latest,
			List<DecisionDescriptor> decisions, List<DecisionDescriptor> rollBacks) implements OperationResponseBody {
	}

	/**
	 * A parameter.
	 *
	 * @param id module and name
	 * @param value its value
	 * @param unit the unit of its values; empty for choices
	 * @param values the values it may take: its bounds and what lies between them
	 * @param risk what a wrong value can do
	 * @param pinned why it keeps its value; absent if it need not
	 * @param proven the value it would go back to; absent if none is known
	 */
	public record ParameterDescriptor(String id, String value, String unit, List<String> values, Risk risk,
			@Nullable Pin pinned, @Nullable String proven) {

		static ParameterDescriptor of(ParameterStatus status) {
			TuningRange range = status.range();
			Double proven = status.proven();
			return new ParameterDescriptor(status.id(), range.label(status.value()), status.unit(),
					range.values().stream().map(range::label).toList(), status.risk(), status.pin(),
					(proven != null) ? range.label(proven) : null);
		}

	}

	/**
	 * A change that is tried, or would be. Gains are parts of the score, 0.1 is a tenth
	 * more.
	 *
	 * @param changes the new values, by parameter
	 * @param before the values before
	 * @param risk how much may be lost
	 * @param exploration whether it is tried to learn rather than on a promise
	 * @param expectedImprovement what is expected of it; losses count as nothing
	 * @param gain the most likely gain
	 * @param low the 5% quantile of the gain
	 * @param high the 95% quantile of the gain
	 * @param probability how likely there is a gain at all
	 * @param why the reason
	 */
	public record ProposalDescriptor(Map<String, String> changes, Map<String, String> before, Risk risk,
			boolean exploration, double expectedImprovement, double gain, double low, double high, double probability,
			String why) {

		static ProposalDescriptor of(Move.Proposal proposal, Labels labels) {
			Move move = proposal.move();
			Map<String, Double> before = new TreeMap<>(move.from());
			before.keySet().retainAll(move.changes().keySet());
			Prediction prediction = proposal.prediction();
			return new ProposalDescriptor(labels.of(move.changes()), labels.of(before), proposal.risk(),
					proposal.exploration(), prediction.expectedImprovement(), prediction.gain(), prediction.low(),
					prediction.high(), prediction.probability(), prediction.why());
		}

	}

	/**
	 * The trial under way.
	 *
	 * @param number its number, from 1
	 * @param started the window in which it began
	 * @param comparisons how many comparisons were made
	 * @param trying whether the new values are in force
	 * @param proposal what is tried and why
	 */
	public record TrialDescriptor(int number, long started, int comparisons, boolean trying,
			ProposalDescriptor proposal) {
	}

	/**
	 * A decision with its evidence.
	 *
	 * @param at when it was made
	 * @param window after which window
	 * @param kind what kind of decision it is
	 * @param reason why
	 * @param proposal what it is about; absent if about nothing
	 * @param verdict how the trial ended; absent if none did
	 * @param evidence what was measured; absent if nothing was
	 */
	public record DecisionDescriptor(Instant at, long window, TunerNote.Kind kind, String reason,
			@Nullable ProposalDescriptor proposal, TrialResult.@Nullable Verdict verdict,
			TrialResult.@Nullable Evidence evidence) {

		static DecisionDescriptor of(TunerNote note, Labels labels) {
			return switch (note.decision()) {
				case TunerDecision.Trial trial -> of(note, labels, trial.proposal(), null, null);
				case TunerDecision.Advise advise -> of(note, labels, advise.proposal(), null, null);
				case TunerDecision.Continue going -> of(note, labels, null, null, going.evidence());
				case TunerDecision.Keep keep -> of(note, labels, keep.result());
				case TunerDecision.RollBack back -> of(note, labels, back.result());
				case TunerDecision.Wait _ -> of(note, labels, null, null, null);
			};
		}

		private static DecisionDescriptor of(TunerNote note, Labels labels, TrialResult result) {
			return of(note, labels, result.proposal(), result.verdict(), result.evidence());
		}

		private static DecisionDescriptor of(TunerNote note, Labels labels, Move.@Nullable Proposal proposal,
				TrialResult.@Nullable Verdict verdict, TrialResult.@Nullable Evidence evidence) {
			return new DecisionDescriptor(note.at(), note.window(), note.kind(), note.decision().reason(),
					(proposal != null) ? ProposalDescriptor.of(proposal, labels) : null, verdict, evidence);
		}

	}

	/** Writes values as they would be configured; those of parameters gone as numbers. */
	record Labels(Map<String, TuningRange> ranges) {

		static Labels of(TunerStatus status) {
			Map<String, TuningRange> ranges = new TreeMap<>();
			status.parameters().forEach((parameter) -> ranges.put(parameter.id(), parameter.range()));
			return new Labels(ranges);
		}

		Map<String, String> of(Map<String, Double> values) {
			Map<String, String> labels = new TreeMap<>();
			values.forEach((id, value) -> {
				TuningRange range = this.ranges.get(id);
				labels.put(id, (range != null && range.contains(value)) ? range.label(value) : value.toString());
			});
			return labels;
		}

		List<DecisionDescriptor> decisions(List<TunerNote> notes) {
			List<DecisionDescriptor> decisions = new ArrayList<>();
			notes.forEach((note) -> decisions.add(DecisionDescriptor.of(note, this)));
			return decisions;
		}

	}

}
