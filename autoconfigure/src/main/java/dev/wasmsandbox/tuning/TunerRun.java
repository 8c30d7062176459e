package dev.wasmsandbox.tuning;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.wasmsandbox.metrics.CallCounts;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.tuning.TunerState.TrialState;
import dev.wasmsandbox.tuning.TunerStatus.Activity;
import dev.wasmsandbox.tuning.TunerStatus.TrialStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens around the core, as time passes: lets values settle, observes, has the
 * core decide, writes the state down and sets what was decided, in this order. It reads
 * no clock but to date decisions. Whatever fails, the values in force are the proven ones
 * or those of the trial that is written down. Thread-safe.
 */
final class TunerRun {

	private static final Logger log = LoggerFactory.getLogger(TunerRun.class);

	/** A window is looked at in so many parts, to know how noisy it is. */
	private static final int PARTS = 6;

	private static final int MOST_NOTES = 100;

	private final TunerOptions options;

	private final TunerCore core;

	private final TunerParameters parameters;

	private final TunerSources sources;

	private final @Nullable TunerStateFile file;

	private final WorkIndex index = new WorkIndex();

	private final Deque<TunerNote> notes = new ArrayDeque<>();

	private final List<TunerNote> untold = new ArrayList<>();

	private TunerState state;

	private Activity activity = Activity.SETTLING;

	private boolean begun;

	/** When the activity began, by the time that is passed in. */
	private long since;

	private Map<String, CallCounts> before = Map.of();

	private Map<String, CallCounts> partBefore = Map.of();

	private final List<Double> parts = new ArrayList<>();

	private double lastScore;

	private @Nullable TunerNote latest;

	TunerRun(TunerOptions options, TunerCore core, TunerSources sources) {
		this.options = options;
		this.core = core;
		this.sources = sources;
		this.parameters = new TunerParameters(sources.tunables(), options);
		this.file = (options.stateFile() != null) ? new TunerStateFile(options.stateFile()) : null;
		TunerState initial = TunerState.initial(sources.seed());
		this.state = (this.file != null) ? this.file.read().map(TunerState::restarted).orElse(initial) : initial;
		if (options.mode() == TunerMode.OFF) {
			this.activity = Activity.STOPPED;
		}
		if (active()) {
			this.parameters.restoreLater(this.state.proven());
		}
	}

	private boolean active() {
		return this.options.mode() == TunerMode.ACTIVE;
	}

	/**
	 * Does what is due.
	 * @param now the time in nanoseconds, which must not go back
	 * @return in how many nanoseconds something is due again
	 */
	synchronized long advance(long now) {
		if (!this.begun) {
			begin(now);
		}
		switch (this.activity) {
			case STOPPED -> {
				return Long.MAX_VALUE;
			}
			case SETTLING -> {
				if (now - this.since >= this.options.interval().toNanos()) {
					observe(now);
				}
			}
			case OBSERVING -> {
				if (now - this.since >= this.options.observation().toNanos()) {
					decide();
					settle(now);
				}
				else {
					part();
				}
			}
		}
		return due(now);
	}

	private long due(long now) {
		if (this.activity == Activity.SETTLING) {
			return Math.max(0, this.since + this.options.interval().toNanos() - now);
		}
		long part = this.options.observation().toNanos() / PARTS;
		long passed = now - this.since;
		return Math.max(0, Math.min(this.options.observation().toNanos(), (passed / part + 1) * part) - passed);
	}

	private void begin(long now) {
		this.begun = true;
		Map<String, Tunable> all = this.parameters.all();
		List<String> unknown = this.parameters.unknownPins(all);
		if (!unknown.isEmpty()) {
			log.warn("wasm.tuner.pinned names {}, which is no parameter now; there are {}", unknown, all.keySet());
		}
		settle(now);
	}

	private void settle(long now) {
		this.activity = Activity.SETTLING;
		this.since = now;
		this.parameters.restore(this.parameters.all());
	}

	private void observe(long now) {
		this.activity = Activity.OBSERVING;
		this.since = now;
		this.before = this.sources.work().get();
		this.partBefore = this.before;
		this.parts.clear();
	}

	private Map<String, CallCounts> part() {
		Map<String, CallCounts> counts = this.sources.work().get();
		this.index.partial(this.partBefore, counts).ifPresent((score) -> this.parts.add(score.value()));
		this.partBefore = counts;
		return counts;
	}

	private void decide() {
		Optional<WorkIndex.Score> score = this.index.score(this.before, part());
		if (score.isEmpty()) {
			return;
		}
		this.lastScore = score.get().value();
		Map<String, Tunable> all = this.parameters.all();
		List<Parameter> described = this.parameters.described(all);
		WindowSample sample = new WindowSample(TunerParameters.values(all), this.lastScore, noise(),
				score.get().calls(), this.sources.hints().apply(all));
		try {
			take(this.core.decide(this.state, described, sample));
			if (active()) {
				this.parameters.set(all, wanted());
			}
		}
		catch (RuntimeException ex) {
			log.warn("The tuner failed and goes back to the proven values", ex);
			abort("It failed: " + ex);
		}
	}

	/** The standard error of the window's score by that of its parts. */
	private double noise() {
		int count = this.parts.size();
		double mean = this.parts.stream().mapToDouble(Double::doubleValue).average().orElse(0);
		if (count < PARTS / 2 || mean <= 0) {
			return 0;
		}
		double squares = this.parts.stream().mapToDouble((part) -> (part - mean) * (part - mean)).sum();
		return Math.sqrt(squares / (count - 1) / count) / mean;
	}

	/** Written down before anything is set: a restart must know what is proven. */
	private void take(TunerStep step) {
		this.state = step.state();
		TunerNote note = TunerNote.now(this.state, step.decision());
		this.latest = note;
		boolean repeated = repeated(note);
		if (!repeated) {
			this.untold.add(note);
		}
		if (note.kind().notable() && !repeated) {
			this.notes.addFirst(note);
			if (this.notes.size() > MOST_NOTES) {
				this.notes.removeLast();
			}
		}
		if (this.file != null) {
			this.file.write(this.state);
		}
	}

	/** The same advice as before is not told again. */
	private boolean repeated(TunerNote note) {
		TunerNote before = this.notes.peekFirst();
		return before != null && note.decision() instanceof TunerDecision.Advise advise
				&& before.decision() instanceof TunerDecision.Advise former
				&& former.proposal().move().equals(advise.proposal().move());
	}

	private Map<String, Double> wanted() {
		TunerNote note = this.latest;
		return (note != null) ? note.decision().configuration() : Map.of();
	}

	private void abort(String why) {
		boolean trial = this.state.trial() != null;
		take(this.core.abort(this.state, why));
		if (active() && trial) {
			this.parameters.putBack(this.parameters.all(), wanted());
		}
	}

	/** Puts the proven values back and does nothing until it is resumed. */
	synchronized void stop(String why) {
		if (this.activity != Activity.STOPPED) {
			abort(why);
			this.activity = Activity.STOPPED;
		}
	}

	/** Goes on after {@link #stop}: at first values settle. */
	synchronized void resume(long now) {
		if (this.activity == Activity.STOPPED && this.options.mode() != TunerMode.OFF) {
			settle(now);
		}
	}

	/**
	 * Has a parameter keep its value, the proven one, or another one.
	 * @throws IllegalArgumentException if there is no such parameter, or it cannot have
	 * the value; nothing is changed then
	 */
	synchronized void pin(String id, @Nullable Double value) {
		Tunable tunable = require(id);
		if (value != null && !tunable.range().contains(value)) {
			throw new IllegalArgumentException("The parameter '" + id + "' cannot be " + value + "; it may be one of "
					+ tunable.range().values().stream().map(tunable.range()::label).toList());
		}
		if (this.state.trial() != null) {
			abort("'" + id + "' was pinned");
		}
		if (value != null) {
			tunable.set(value);
		}
		this.parameters.request(id);
	}

	/**
	 * Ends {@link #pin}.
	 * @throws IllegalArgumentException if there is no such parameter, or it is pinned for
	 * another reason
	 */
	synchronized void unpin(String id) {
		this.parameters.release(require(id));
	}

	private Tunable require(String id) {
		Map<String, Tunable> all = this.parameters.all();
		Tunable tunable = all.get(id);
		if (tunable == null) {
			throw new IllegalArgumentException("There is no parameter '" + id + "'; there are " + all.keySet());
		}
		return tunable;
	}

	/** Changes as they are written: choices by their names. */
	synchronized String written(Map<String, Double> changes) {
		return this.parameters.written(changes);
	}

	/** The decisions since it was last asked. */
	synchronized List<TunerNote> takeUntold() {
		List<TunerNote> told = List.copyOf(this.untold);
		this.untold.clear();
		return told;
	}

	synchronized TunerStatus status() {
		TrialState trial = this.state.trial();
		double squares = this.state.noise().stream().mapToDouble((value) -> value * value).average().orElse(0);
		return new TunerStatus(this.options.mode(), this.activity, this.state.window(), this.state.trials(),
				Math.sqrt(squares), this.lastScore, this.parameters.status(this.state.proven()),
				(trial != null) ? new TrialStatus(trial.number(), trial.proposal(), trial.started(),
						trial.differences().size(), trial.trying()) : null,
				this.latest, List.copyOf(this.notes));
	}

}
