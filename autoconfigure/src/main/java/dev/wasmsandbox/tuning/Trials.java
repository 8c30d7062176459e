package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.tuning.Move.Proposal;
import dev.wasmsandbox.tuning.TrialResult.Verdict;
import dev.wasmsandbox.tuning.TunerState.Rejection;
import dev.wasmsandbox.tuning.TunerState.TrialState;

/**
 * Conducts trials: blocks of old, new and old values, {@code A B A}, with a random gap in
 * between. New values are never active for two windows in a row before their gain is
 * proved, and trends of the load cancel out within a block. Stateless.
 */
final class Trials {

	/** Fewer blocks prove nothing, however large the gain. */
	private static final int MIN_BLOCKS = 3;

	/** How many windows in a row have the new values at the end of the roll-out. */
	private static final int FULL_EXPOSURE = 3;

	/** One gap in so many blocks. */
	private static final int GAP_EVERY = 3;

	/** About so many trials share half of the error. */
	private static final double EQUAL_TRIALS = 10;

	/** A single window that is worse by so many standard deviations ends a trial. */
	private static final double SUDDEN = 4;

	/**
	 * So many windows in a row that do not count, each after one that does, are no chance
	 * but what the new values do: nothing is served any more.
	 */
	private static final int MISSING = 3;

	private final TunerSettings settings;

	Trials(TunerSettings settings) {
		this.settings = settings;
	}

	/** How many blocks the longest trial has. */
	static double blocks(TunerSettings settings) {
		return settings.maxWindows() / (3 + 1.0 / GAP_EVERY);
	}

	/**
	 * The part of the error that is spent on the next trial. The parts of all trials
	 * together are the whole: 10/(10*11) + 10/(11*12) + ... = 1. The first ten have
	 * nearly equal ones, for what gains little is tried late. A trial that ended with a
	 * move passes on its part, for it has not been in error or all is lost already. This
	 * is the online fallback procedure: J. Tian and A. Ramdas, "Online control of the
	 * familywise error rate", Statistical Methods in Medical Research 30 (2021).
	 */
	static double nextError(TunerSettings settings, Draft draft) {
		double number = draft.trials + EQUAL_TRIALS;
		double passedOn = 0;
		if (!draft.history.isEmpty()) {
			TrialResult last = draft.history.getLast();
			boolean moved = last.verdict() == Verdict.KEPT && last.number() == draft.trials;
			passedOn = moved ? last.evidence().error() : 0;
		}
		return settings.error() * EQUAL_TRIALS / (number * (number + 1)) + passedOn;
	}

	/**
	 * How large a gain is looked for, in standard deviations of a block. Greater ones are
	 * proved soon anyway, and a small one takes longer the more was looked for.
	 */
	static double scale(Proposal proposal, double deviation) {
		double gain = Math.clamp(Math.log1p(proposal.prediction().expectedImprovement()), 0.05, 0.2);
		return Math.clamp(gain / Math.max(1e-6, deviation), 0.05, 20);
	}

	TunerDecision start(Draft draft, Proposal proposal) {
		double error = nextError(this.settings, draft);
		draft.trials++;
		draft.unpaired = null;
		double deviation = draft.noiseDeviation() * Math.sqrt(Comparison.BLOCK);
		draft.trial = new TrialState(draft.trials, proposal, draft.window, scale(proposal, deviation), error, 1,
				gap(draft), 0, List.of(), List.of());
		return new TunerDecision.Trial(draft.wanted(), proposal, proposal.prediction().why());
	}

	/** A window was seen that counts. */
	TunerDecision step(Draft draft, TrialState trial, double score) {
		if (trial.gap() > 0) {
			return next(draft, trial, trial.gap() - 1, List.of(), "waits between blocks");
		}
		List<Double> block = new ArrayList<>(trial.block());
		block.add(score);
		if (trial.trying() && sudden(draft, trial, score - block.getFirst())) {
			return suddenly(draft, trial, block);
		}
		if (block.size() < trial.exposure() + 2) {
			return next(draft, trial, 0, block, "within a block");
		}
		return finish(draft, trial, block);
	}

	/** A window was seen that does not count: the block begins anew. */
	TunerDecision ignore(Draft draft, TrialState trial, String why) {
		if (draft.window - trial.started() >= this.settings.maxWindows()) {
			return end(draft, trial, Verdict.ABANDONED, why);
		}
		int missing = trial.trying() ? trial.missing() + 1 : trial.missing();
		if (missing == MISSING) {
			return end(draft, trial, Verdict.REGRESSED, MISSING + " times no window with it counted: " + why);
		}
		return next(draft, trial, 0, List.of(), missing, why);
	}

	/** The trial is over. */
	TunerDecision end(Draft draft, TrialState trial, Verdict verdict, String why) {
		TrialResult result = new TrialResult(trial.number(), trial.proposal(), verdict,
				compare(draft, trial, trial.differences()).evidence(), trial.started(), draft.window, why);
		Move move = trial.proposal().move();
		draft.remember(result, this.settings.history());
		draft.trial = null;
		draft.quietUntil = draft.window + this.settings.coolDown();
		if (verdict == Verdict.KEPT) {
			draft.proven.putAll(move.changes());
			LoadLevels.moved(draft, Math.log1p(result.evidence().gain()));
			draft.reject(new Rejection(back(move), draft.window + this.settings.memory()));
			return new TunerDecision.Keep(draft.wanted(), result, why);
		}
		if (verdict != Verdict.ABANDONED) {
			draft.reject(new Rejection(move, draft.window + this.settings.memory()));
		}
		return new TunerDecision.RollBack(draft.wanted(), result, why);
	}

	private static Move back(Move move) {
		java.util.TreeMap<String, Double> changes = new java.util.TreeMap<>();
		move.changes().keySet().forEach((id) -> changes.put(id, move.from().getOrDefault(id, Double.NaN)));
		return new Move(move.to(), changes);
	}

	private TunerDecision next(Draft draft, TrialState trial, int gap, List<Double> block, String why) {
		return next(draft, trial, gap, block, trial.missing(), why);
	}

	private TunerDecision next(Draft draft, TrialState trial, int gap, List<Double> block, int missing, String why) {
		TrialState next = new TrialState(trial.number(), trial.proposal(), trial.started(), trial.scale(),
				trial.error(), trial.exposure(), gap, (block.size() > 1) ? 0 : missing, block, trial.differences());
		draft.trial = next;
		return new TunerDecision.Continue(draft.wanted(), compare(draft, next, next.differences()).evidence(), why);
	}

	private boolean sudden(Draft draft, TrialState trial, double difference) {
		int n = trial.differences().size() + 1;
		double sum = difference + trial.differences().stream().mapToDouble((one) -> one).sum();
		return sum / n < loss() - SUDDEN * draft.noiseDeviation() * Math.sqrt(2.0 / n);
	}

	/** A loss that no noise makes need not be seen twice. */
	private TunerDecision suddenly(Draft draft, TrialState trial, List<Double> block) {
		List<Double> differences = new ArrayList<>(trial.differences());
		differences.add(block.getLast() - block.getFirst());
		TrialState seen = new TrialState(trial.number(), trial.proposal(), trial.started(), trial.scale(),
				trial.error(), trial.exposure(), 0, 0, List.of(), differences);
		return end(draft, seen, Verdict.REGRESSED, "One window with it was worse than noise can be");
	}

	private TunerDecision finish(Draft draft, TrialState trial, List<Double> block) {
		boolean disturbed = draft.measureNoise(block.getFirst(), block.getLast(), this.settings.calibration());
		List<Double> differences = new ArrayList<>(trial.differences());
		if (!disturbed) {
			double tried = block.subList(1, block.size() - 1).stream().mapToDouble((one) -> one).average().orElse(0);
			differences.add(tried - (block.getFirst() + block.getLast()) / 2);
		}
		Comparison seen = compare(draft, trial, differences);
		boolean proved = seen.blocks() >= MIN_BLOCKS && seen.low() > 0;
		int exposure = !proved ? 1 : disturbed ? trial.exposure() : trial.exposure() + 1;
		TrialState after = new TrialState(trial.number(), trial.proposal(), trial.started(), trial.scale(),
				trial.error(), Math.min(exposure, FULL_EXPOSURE), gap(draft), 0, List.of(), differences);
		if (exposure > FULL_EXPOSURE) {
			return end(draft, after, Verdict.KEPT, "The lower bound of the gain is above zero");
		}
		draft.trial = after;
		return proved ? go(draft, seen, "is rolled out: its gain is proved") : unproved(draft, after, seen);
	}

	private TunerDecision unproved(Draft draft, TrialState trial, Comparison seen) {
		if (seen.blocks() >= 2 && seen.below(loss())) {
			return end(draft, trial, Verdict.REGRESSED, "It is a loss, with 90% confidence");
		}
		if (seen.blocks() > MIN_BLOCKS && seen.below(Math.log1p(this.settings.regression()))) {
			return end(draft, trial, Verdict.NO_GAIN, "It gains next to nothing, with 90% confidence");
		}
		long used = draft.window - trial.started();
		if (used + 2 + trial.exposure() > this.settings.maxWindows()) {
			return end(draft, trial, Verdict.NO_GAIN, "No gain was proved in as many windows as a trial may take");
		}
		if (seen.blocks() > MIN_BLOCKS && seen.likelyHigh() < reachable(draft, trial, seen)) {
			return end(draft, trial, Verdict.NO_GAIN, "The gain is too small to be proved in this noise");
		}
		return go(draft, seen, "is compared");
	}

	/** The least gain that can still be proved. */
	private double reachable(Draft draft, TrialState trial, Comparison seen) {
		double left = (this.settings.maxWindows() - (draft.window - trial.started())) / (3 + 1.0 / GAP_EVERY);
		double n = seen.blocks() + left;
		double all = n + draft.noise.size();
		double block = seen.standardError() * seen.standardError() * seen.blocks();
		return Comparison.halfWidth(n, all, all * block, trial.scale(), seen.error());
	}

	private TunerDecision go(Draft draft, Comparison seen, String why) {
		return new TunerDecision.Continue(draft.wanted(), seen.evidence(), why);
	}

	private Comparison compare(Draft draft, TrialState trial, List<Double> differences) {
		return Comparison.of(differences, draft.noise, trial.scale(), trial.error());
	}

	private double loss() {
		return Math.log1p(-this.settings.regression());
	}

	/** Whether a window is left out, so that loads with a period stay out of step. */
	private static int gap(Draft draft) {
		return (Long.remainderUnsigned(draft.nextRandom(), GAP_EVERY) == 0) ? 1 : 0;
	}

	static boolean concerns(TrialState trial, Map<String, Parameter> parameters) {
		return trial.proposal()
			.move()
			.changes()
			.keySet()
			.stream()
			.allMatch((id) -> parameters.containsKey(id) && parameters.get(id).free());
	}

}
