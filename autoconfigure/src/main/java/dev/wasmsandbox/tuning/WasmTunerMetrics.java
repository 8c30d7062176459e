package dev.wasmsandbox.tuning;

import java.util.Locale;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the tuner: the counter {@code wasm.tuner.changes} with the tags
 * {@code parameter} and {@code result}, of what was tried and what came of it; the
 * counter {@code wasm.tuner.windows}; the gauges {@code wasm.tuner.score},
 * {@code wasm.tuner.noise} and {@code wasm.tuner.trials.running}. Thread-safe.
 */
public final class WasmTunerMetrics implements MeterBinder {

	private final AdaptivePerformanceTuner tuner;

	/**
	 * Creates the binder.
	 * @param tuner the tuner it follows
	 */
	public WasmTunerMetrics(AdaptivePerformanceTuner tuner) {
		this.tuner = tuner;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.tuner.addListener((note) -> count(registry, note));
		FunctionCounter.builder("wasm.tuner.windows", this.tuner, (tuner) -> tuner.status().windows())
			.description("Windows of observation after which the tuner has decided")
			.register(registry);
		Gauge.builder("wasm.tuner.score", this.tuner, (tuner) -> tuner.status().score())
			.description("How fast calls were in the last window, 1 for as fast as when they were first seen")
			.register(registry);
		Gauge.builder("wasm.tuner.noise", this.tuner, (tuner) -> tuner.status().noise())
			.description("Standard deviation of the score of a window, a part of it")
			.register(registry);
		Gauge.builder("wasm.tuner.trials.running", this.tuner, (tuner) -> (tuner.status().trial() != null) ? 1 : 0)
			.description("Trials under way")
			.register(registry);
	}

	private static void count(MeterRegistry registry, TunerNote note) {
		switch (note.decision()) {
			case TunerDecision.Trial trial -> count(registry, trial.proposal().move(), "tried");
			case TunerDecision.Keep keep -> count(registry, keep.result());
			case TunerDecision.RollBack back -> count(registry, back.result());
			case TunerDecision.Advise advise -> count(registry, advise.proposal().move(), "advised");
			case TunerDecision.Continue _, TunerDecision.Wait _ -> {
				// Nothing came of them yet.
			}
		}
	}

	private static void count(MeterRegistry registry, TrialResult result) {
		count(registry, result.proposal().move(), result.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'));
	}

	private static void count(MeterRegistry registry, Move move, String result) {
		for (String parameter : move.changes().keySet()) {
			Counter.builder("wasm.tuner.changes")
				.tag("parameter", parameter)
				.tag("result", result)
				.description("Changes by what came of them: tried, kept, regressed, no-gain, abandoned, advised")
				.register(registry)
				.increment();
		}
	}

}
