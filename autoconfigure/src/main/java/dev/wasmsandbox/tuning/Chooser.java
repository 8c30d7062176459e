package dev.wasmsandbox.tuning;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.tuning.Move.Proposal;
import dev.wasmsandbox.tuning.Predictor.Experience;
import dev.wasmsandbox.tuning.Predictor.Forecast;
import dev.wasmsandbox.tuning.TrialResult.Verdict;
import dev.wasmsandbox.tuning.WindowSample.Hint;

/**
 * Chooses what to try next. Proposes only moves that are expected to gain enough, whose
 * risk is not high, and whose gain could be proved.
 */
final class Chooser {

	/** Trials that say whether the predictor's intervals hold. */
	private static final int JUDGED = 12;

	/** The prior of that: nine of ten held, as they should. */
	private static final double PRIOR = 10;

	private static final double NOMINAL = 0.9;

	/**
	 * Trials that each parameter gets after a shift of the load, whatever is predicted.
	 */
	private static final int MIN_TRIED = 2;

	/** Trials that each pair gets on a ridge before it is left. */
	private static final int PAIRS_TRIED = 8;

	/** How many of them it gets whatever is predicted. */
	private static final int MIN_PAIRS_TRIED = 4;

	/** A loss that, if it is possible, makes the risk a grade higher. */
	private static final double HEAVY_LOSS = -0.6;

	private final TunerSettings settings;

	private final List<Parameter> parameters;

	private final Draft draft;

	private final Forecast forecast;

	private final List<Hint> useless;

	/** What the best moves of all parameters and pairs promise together. */
	private double promised;

	private String reason = "There is nothing to change";

	/**
	 * For one look.
	 * @param parameters those whose present value is known
	 */
	Chooser(TunerSettings settings, List<Parameter> parameters, Draft draft, List<Hint> hints, Predictor predictor) {
		this.settings = settings;
		this.parameters = parameters;
		this.draft = draft;
		// Not for the model to learn from: of one parameter it would conclude on others.
		Map<Boolean, List<Hint>> promising = hints.stream()
			.collect(Collectors.partitioningBy((hint) -> hint.promises(settings.regression())));
		this.useless = promising.getOrDefault(false, List.of());
		this.forecast = predictor.learn(new Experience(parameters, draft.history,
				promising.getOrDefault(true, List.of()), draft.proven, draft.window, draft.shift));
	}

	/** Why nothing was chosen. */
	String reason() {
		return this.reason;
	}

	/** The move to try, if there is one. */
	Optional<Proposal> choose() {
		Map<Set<String>, List<Move>> candidates = new Candidates(this.parameters, this.draft.proven,
				this.draft.rejections, this.useless, this.settings.reach())
			.all();
		if (candidates.values().stream().allMatch(List::isEmpty) && !this.useless.isEmpty()) {
			this.reason = "What may be changed would gain nothing: " + this.useless.getFirst().why();
			return Optional.empty();
		}
		double confidence = confidence(this.draft.history);
		if (confidence <= this.settings.minConfidence()) {
			return search(this.parameters, candidates, held(confidence));
		}
		Comparator<Proposal> best = Comparator.comparingDouble((one) -> one.prediction().expectedImprovement());
		List<Proposal> proposals = candidates.values()
			.stream()
			.flatMap((moves) -> moves.stream().map(this::proposal).max(best).stream())
			.toList();
		this.promised = proposals.stream().mapToDouble((proposal) -> proposal.prediction().expectedImprovement()).sum();
		// Before anything is explored, what is expected to gain is tried.
		Comparator<Proposal> first = Comparator.<Proposal, Boolean>comparing(Chooser::expected).thenComparing(best);
		Optional<Proposal> found = proposals.stream().filter(this::worthwhile).max(first);
		return found.or(() -> search(untried(), candidates, this.reason)).or(() -> ridge(candidates));
	}

	/**
	 * Of pairs that little was tried of, the move that may gain most. On a ridge each
	 * parameter only loses by itself, and moves across it tell little of those along it:
	 * so a few are tried whatever is predicted.
	 */
	private Optional<Proposal> ridge(Map<Set<String>, List<Move>> candidates) {
		return pair(candidates, PAIRS_TRIED, this::mayGain).or(() -> pair(candidates, MIN_PAIRS_TRIED, (one) -> true));
	}

	private boolean mayGain(Proposal proposal) {
		return proposal.prediction().high() > this.settings.minImprovement()
				&& Math.log1p(proposal.prediction().high()) >= provable(proposal);
	}

	private Optional<Proposal> pair(Map<Set<String>, List<Move>> candidates, int trials, Predicate<Proposal> wanted) {
		Comparator<Proposal> most = Comparator.comparingDouble((one) -> one.prediction().high());
		return candidates.entrySet()
			.stream()
			.filter((moves) -> this.settings.active() && moves.getKey().size() == 2)
			.filter((moves) -> tried(moves.getKey(), moved(moves.getKey())).count() < trials)
			.flatMap((moves) -> moves.getValue().stream().map(this::proposal).max(most).stream())
			.filter((proposal) -> proposal.risk() != Tunable.Risk.HIGH)
			.filter(wanted)
			.max(most)
			.map((one) -> new Proposal(one.move(), one.prediction(), one.risk(), true));
	}

	/** The window since which these parameters and the load are what they are. */
	private long moved(Set<String> ids) {
		return this.draft.history.stream()
			.filter((result) -> result.verdict() == Verdict.KEPT)
			.filter((result) -> result.proposal().move().changes().keySet().stream().anyMatch(ids::contains))
			.mapToLong(TrialResult::ended)
			.reduce(this.draft.shift, Math::max);
	}

	private static boolean expected(Proposal proposal) {
		return !proposal.exploration();
	}

	/**
	 * Parameters that little was tried of: that a predictor promises nothing of them says
	 * nothing before it was seen to be right.
	 */
	private List<Parameter> untried() {
		return this.parameters.stream()
			.filter((parameter) -> tried(Set.of(parameter.id()), this.draft.shift).count() < MIN_TRIED)
			.toList();
	}

	/**
	 * Trials of these parameters that still tell something: since a window, and since
	 * something that belongs together with them was moved.
	 */
	private Stream<TrialResult> tried(Set<String> ids, long since) {
		long moved = this.draft.history.stream()
			.filter((result) -> result.verdict() == Verdict.KEPT && besides(ids, result.proposal().move()))
			.mapToLong(TrialResult::ended)
			.max()
			.orElse(0);
		return this.draft.history.stream()
			.filter((result) -> result.ended() > Math.max(since, moved)
					&& result.proposal().move().changes().keySet().equals(ids));
	}

	/** Whether it changes something else that belongs together with these. */
	private boolean besides(Set<String> ids, Move move) {
		return move.changes()
			.keySet()
			.stream()
			.anyMatch((other) -> !ids.contains(other) && this.parameters.stream()
				.anyMatch((parameter) -> (parameter.id().equals(other)
						&& ids.stream().anyMatch(parameter.together()::contains))
						|| (ids.contains(parameter.id()) && parameter.together().contains(other))));
	}

	/**
	 * How often intervals meant to hold nine times of ten did hold, of the last trials,
	 * with a prior that they do.
	 */
	static double confidence(List<TrialResult> history) {
		List<TrialResult> seen = history.stream().filter((result) -> result.evidence().blocks() > 0).toList();
		List<TrialResult> judged = seen.subList(Math.max(0, seen.size() - JUDGED), seen.size());
		long held = judged.stream().filter(Chooser::held).count();
		return (NOMINAL * PRIOR + held) / (PRIOR + judged.size());
	}

	private static boolean held(TrialResult result) {
		Prediction prediction = result.proposal().prediction();
		double measured = Math.log1p(result.evidence().gain());
		double middle = (Math.log1p(prediction.low()) + Math.log1p(prediction.high())) / 2;
		double deviation = (Math.log1p(prediction.high()) - middle) / Normal.Q95;
		return Math.abs(measured - middle) <= Normal.Q95 * Math.hypot(deviation, result.evidence().standardError());
	}

	/** Without predictions: what was tried least. */
	private Optional<Proposal> search(List<Parameter> among, Map<Set<String>, List<Move>> candidates, String why) {
		this.reason = why;
		if (!this.settings.active()) {
			return Optional.empty();
		}
		return new DirectSearch(among, this.draft.history, this.settings.reach())
			.next(candidates, new TreeMap<>(this.draft.proven))
			.map((move) -> new Proposal(move, this.forecast.predict(move), risk(move), true));
	}

	private static String held(double confidence) {
		return String.format(Locale.ROOT, "Predictions are not used, for only %.0f%% of them held", 100 * confidence);
	}

	private Proposal proposal(Move move) {
		Prediction prediction = this.forecast.predict(move);
		Tunable.Risk risk = risk(move);
		boolean heavy = prediction.low() < HEAVY_LOSS;
		return new Proposal(move, prediction, heavy ? higher(risk) : risk,
				prediction.probability() <= this.settings.minConfidence());
	}

	private static Tunable.Risk higher(Tunable.Risk risk) {
		return (risk == Tunable.Risk.LOW) ? Tunable.Risk.MEDIUM : Tunable.Risk.HIGH;
	}

	private Tunable.Risk risk(Move move) {
		return this.parameters.stream()
			.filter((parameter) -> move.changes().containsKey(parameter.id()))
			.map(Parameter::risk)
			.max(Comparator.naturalOrder())
			.orElse(Tunable.Risk.HIGH);
	}

	private boolean worthwhile(Proposal proposal) {
		Prediction prediction = proposal.prediction();
		String name = String.join(" and ", proposal.move().changes().keySet());
		double improvement = prediction.expectedImprovement();
		boolean step = improvement > this.settings.regression() && this.promised > this.settings.minImprovement();
		if (improvement <= this.settings.minImprovement() && !step) {
			return no(name + " promises no more than " + ResponseMixture.percent(improvement));
		}
		if (proposal.risk() == Tunable.Risk.HIGH) {
			return no(name + " may lose too much: " + prediction.why());
		}
		if (proposal.exploration() && !explorable(proposal.move())) {
			return no(name + " was explored: " + prediction.why());
		}
		if (Math.log1p(prediction.high()) < provable(proposal)) {
			return no("the noise is too large to prove a gain of " + name);
		}
		return true;
	}

	private boolean no(String why) {
		this.reason = why;
		return false;
	}

	/** Whether little enough is known that a trial without a promise is worth it. */
	private boolean explorable(Move move) {
		long since = Math.max(this.draft.shift, this.draft.window - this.settings.memory());
		long explored = tried(move.changes().keySet(), since).filter((result) -> result.proposal().exploration())
			.count();
		return this.settings.active() && explored < this.settings.explorations();
	}

	/** The least gain that the longest trial could prove. */
	private double provable(Proposal proposal) {
		double blocks = Trials.blocks(this.settings);
		double deviation = this.draft.noiseDeviation() * Math.sqrt(Comparison.BLOCK);
		double all = blocks + this.draft.noise.size();
		return Comparison.halfWidth(blocks, all, all * deviation * deviation, Trials.scale(proposal, deviation),
				Trials.nextError(this.settings, this.draft));
	}

}
