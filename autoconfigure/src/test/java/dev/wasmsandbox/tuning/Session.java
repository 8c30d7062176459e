package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Feeds a core with windows of which little varies, and keeps what it decided. */
final class Session {

	final List<TunerDecision> decisions = new ArrayList<>();

	final List<Map<String, Double>> configurations = new ArrayList<>();

	List<Parameter> parameters;

	List<WindowSample.Hint> hints = List.of();

	ToDoubleFunction<Map<String, Double>> score;

	long operations = 10_000;

	double noise = 0.01;

	TunerCore core;

	TunerState state = TunerState.initial(7);

	Map<String, Double> active;

	private final Random random = new Random(3);

	Session(TunerCore core, List<Parameter> parameters, Map<String, Double> start,
			ToDoubleFunction<Map<String, Double>> score) {
		this.core = core;
		this.parameters = parameters;
		this.active = start;
		this.score = score;
	}

	static TunerCore active() {
		return new TunerCore(TunerSettings.defaults().withActive(true));
	}

	TunerDecision window() {
		this.configurations.add(this.active);
		double seen = this.score.applyAsDouble(this.active) * Math.exp(this.noise * this.random.nextGaussian());
		TunerStep step = this.core.decide(this.state, this.parameters,
				new WindowSample(this.active, seen, 0, this.operations, this.hints));
		this.state = step.state();
		this.active = step.decision().configuration();
		this.decisions.add(step.decision());
		return step.decision();
	}

	/** Goes on until a decision is like this. */
	TunerDecision until(Predicate<TunerDecision> wanted) {
		for (int i = 0; i < 2000; i++) {
			TunerDecision decision = window();
			if (wanted.test(decision)) {
				return decision;
			}
		}
		throw new AssertionError("Not decided; the last was " + this.decisions.getLast());
	}

	<T extends TunerDecision> T until(Class<T> type) {
		return type.cast(until(type::isInstance));
	}

	Session windows(int count) {
		for (int i = 0; i < count; i++) {
			window();
		}
		return this;
	}

}
