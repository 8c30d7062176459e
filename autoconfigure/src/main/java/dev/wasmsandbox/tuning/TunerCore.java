package dev.wasmsandbox.tuning;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.wasmsandbox.tuning.Move.Proposal;
import dev.wasmsandbox.tuning.TrialResult.Verdict;
import dev.wasmsandbox.tuning.TunerState.TrialState;

/**
 * Decides what to try and what to keep, one decision for each window of observation. It
 * keeps a move only when an interleaved comparison has proved its gain, whatever was
 * predicted; the same state and sample give the same decision.
 * <p>
 * Stateless and thread-safe: no clock, no threads, no input or output.
 */
public final class TunerCore {

	/** Windows between two looks for something to try when nothing was found. */
	private static final int LOOK_AGAIN = 30;

	/** A window that knows of itself to be noisier tells nothing. */
	private static final double MAX_NOISE = 0.5;

	private final TunerSettings settings;

	private final Predictor predictor;

	private final Trials conduct;

	public TunerCore(TunerSettings settings) {
		this(settings, new ResponsePredictor(settings.memory()));
	}

	/**
	 * With another predictor; it does not matter to what is kept, only to what is tried.
	 */
	public TunerCore(TunerSettings settings, Predictor predictor) {
		this.settings = settings;
		this.predictor = predictor;
		this.conduct = new Trials(settings);
	}

	/**
	 * Decides after a window.
	 * @param state what the last decision left
	 * @param parameters what there is to change; those that are missing are left alone
	 * @param sample what was seen in the window
	 */
	public TunerStep decide(TunerState state, List<Parameter> parameters, WindowSample sample) {
		Draft draft = new Draft(state);
		draft.window++;
		draft.rejections.removeIf((rejection) -> rejection.until() <= draft.window);
		Map<String, Double> wanted = draft.wanted();
		String found = adopt(draft, wanted, parameters, sample);
		TrialState trial = draft.trial;
		TunerDecision decision = (trial != null) ? during(draft, trial, parameters, sample, found)
				: between(draft, parameters, sample, found);
		return new TunerStep(draft.state(), decision);
	}

	/**
	 * Ends a trial for a reason that no sample tells: an exception, the kill switch.
	 * @param why the reason
	 */
	public TunerStep abort(TunerState state, String why) {
		Draft draft = new Draft(state);
		TrialState trial = draft.trial;
		TunerDecision decision = (trial != null) ? this.conduct.end(draft, trial, Verdict.ABANDONED, why)
				: new TunerDecision.Wait(draft.wanted(), why);
		return new TunerStep(draft.state(), decision);
	}

	/**
	 * Takes parameters as they are where nobody has proved anything of them, or where
	 * somebody else has changed them, and forgets those that are gone.
	 * @return what somebody else has changed; empty if nothing
	 */
	private static String adopt(Draft draft, Map<String, Double> wanted, List<Parameter> parameters,
			WindowSample sample) {
		TreeMap<String, Double> proven = new TreeMap<>();
		StringBuilder changed = new StringBuilder();
		for (Parameter parameter : parameters) {
			String id = parameter.id();
			Double seen = sample.configuration().get(id);
			Double known = draft.proven.get(id);
			if (seen != null && known != null && !seen.equals(wanted.get(id))) {
				changed.append(id).append(" was set to ").append(parameter.range().label(seen)).append("; ");
			}
			Double value = (seen != null && (known == null || !seen.equals(wanted.get(id)))) ? seen : known;
			if (value != null) {
				proven.put(id, value);
			}
		}
		draft.proven = proven;
		return changed.toString();
	}

	private TunerDecision during(Draft draft, TrialState trial, List<Parameter> parameters, WindowSample sample,
			String found) {
		Map<String, Parameter> byId = parameters.stream().collect(Collectors.toMap(Parameter::id, Function.identity()));
		if (!found.isEmpty()) {
			return this.conduct.end(draft, trial, Verdict.ABANDONED, found + "it is the new start");
		}
		if (!this.settings.active() || !Trials.concerns(trial, byId)) {
			return this.conduct.end(draft, trial, Verdict.ABANDONED, "It may no longer be changed");
		}
		if (!counts(sample)) {
			return this.conduct.ignore(draft, trial, unusable(sample));
		}
		double score = Math.log(sample.score());
		if (!trial.trying() && shifted(draft, sample)) {
			return this.conduct.ignore(draft, trial, "The load has become another one");
		}
		return this.conduct.step(draft, trial, score);
	}

	private TunerDecision between(Draft draft, List<Parameter> parameters, WindowSample sample, String found) {
		if (!counts(sample)) {
			draft.unpaired = null;
			return new TunerDecision.Wait(draft.wanted(), unusable(sample));
		}
		measure(draft, Math.log(sample.score()));
		if (!found.isEmpty()) {
			draft.quietUntil = draft.window + this.settings.coolDown();
			return new TunerDecision.Wait(draft.wanted(), found + "it is the new start");
		}
		if (shifted(draft, sample)) {
			draft.quietUntil = draft.window + this.settings.coolDown();
			return new TunerDecision.Wait(draft.wanted(), "The load has become another one");
		}
		if (draft.noise.size() < this.settings.calibration()) {
			return new TunerDecision.Wait(draft.wanted(),
					"Measures the noise: " + draft.noise.size() + " of " + this.settings.calibration() + " pairs");
		}
		if (draft.window < draft.quietUntil) {
			return new TunerDecision.Wait(draft.wanted(), "Waits " + (draft.quietUntil - draft.window) + " windows");
		}
		return look(draft, parameters, sample);
	}

	private TunerDecision look(Draft draft, List<Parameter> parameters, WindowSample sample) {
		List<Parameter> known = parameters.stream()
			.filter((parameter) -> draft.proven.containsKey(parameter.id()))
			.toList();
		Chooser chooser = new Chooser(this.settings, known, draft, sample.hints(), this.predictor);
		Optional<Proposal> proposal = chooser.choose();
		if (proposal.isPresent() && this.settings.active()) {
			return this.conduct.start(draft, proposal.get());
		}
		draft.quietUntil = draft.window + LOOK_AGAIN;
		return proposal
			.<TunerDecision>map((one) -> new TunerDecision.Advise(draft.wanted(), one, one.prediction().why()))
			.orElseGet(() -> new TunerDecision.Wait(draft.wanted(), chooser.reason()));
	}

	private boolean counts(WindowSample sample) {
		return sample.operations() >= this.settings.minOperations() && sample.score() > 0
				&& Double.isFinite(sample.score()) && !(sample.noise() > MAX_NOISE);
	}

	private String unusable(WindowSample sample) {
		return (sample.operations() < this.settings.minOperations())
				? "Ignored a window with " + sample.operations() + " operations, less than "
						+ this.settings.minOperations()
				: "Ignored a window with the score " + sample.score() + " and the noise " + sample.noise();
	}

	/** Pairs of windows between trials measure the noise. */
	private void measure(Draft draft, double score) {
		Double first = draft.unpaired;
		if (first == null) {
			draft.unpaired = score;
			return;
		}
		draft.measureNoise(first, score, this.settings.calibration());
		draft.unpaired = null;
	}

	private boolean shifted(Draft draft, WindowSample sample) {
		boolean shifted = LoadLevels.see(draft, Math.log(sample.score()), Math.log((double) sample.operations()));
		if (shifted) {
			draft.shift = draft.window;
			draft.rejections.clear();
		}
		return shifted;
	}

}
