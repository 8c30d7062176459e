package dev.wasmsandbox.tuning;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleUnaryOperator;

import dev.wasmsandbox.metrics.CallCounts;
import dev.wasmsandbox.metrics.OutcomeCounts;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.observe.SteppedTunable;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.TuningRange;

/**
 * An application that is not there: parameters, and calls whose time depends on them,
 * with a clock of its own. The same seed gives the same run.
 */
final class FakeApplication {

	static final Duration INTERVAL = Duration.ofSeconds(30);

	static final Duration OBSERVATION = Duration.ofSeconds(60);

	private static final TuningRange SIZES = TuningRange.steps(1, 2, 4, 8, 16);

	final Map<String, Double> values = new HashMap<>();

	final List<Tunable> tunables = new ArrayList<>();

	final List<WindowSample.Hint> hints = new ArrayList<>();

	/** How much faster calls are than with the worst values. */
	DoubleUnaryOperator speed = (_) -> 1;

	/** What setting a parameter throws, after the value is set. */
	String failing = "";

	long callsPerSecond = 1_000;

	long now;

	private final Random random = new Random(7);

	private long worked;

	private double calls;

	private double nanos;

	/** Calls get faster with the size up to eight. */
	static FakeApplication withSize(double size) {
		FakeApplication application = new FakeApplication();
		application.add("pool.max-size", Tunable.Risk.MEDIUM, size);
		application.speed = (_) -> Math.min(8, application.value("m/pool.max-size"));
		return application;
	}

	void add(String name, Tunable.Risk risk, double value) {
		String id = "m/" + name;
		this.values.put(id, value);
		this.tunables.add(new SteppedTunable.Described("m", name, "sandboxes", risk, Set.of()).with(SIZES,
				() -> value(id), (next) -> {
					this.values.put(id, next);
					if (id.equals(this.failing)) {
						throw new IllegalStateException("there is no room");
					}
				}));
	}

	double value(String id) {
		return this.values.getOrDefault(id, Double.NaN);
	}

	/** All calls so far. */
	Map<String, CallCounts> work() {
		double seconds = (this.now - this.worked) * 1e-9;
		this.worked = this.now;
		double more = this.callsPerSecond * seconds;
		this.calls += more;
		this.nanos += more * 1e6 / this.speed.applyAsDouble(0) * (1 + 0.02 * this.random.nextGaussian());
		return Map.of("m/work", counts((long) this.calls, 0, (long) this.nanos));
	}

	static CallCounts counts(long served, long refused, long nanos) {
		return new CallCounts(
				OutcomeCounts
					.of((outcome) -> (outcome == Outcome.SUCCESS) ? served : (outcome == Outcome.BUSY) ? refused : 0),
				OutcomeCounts.none(), nanos, 0, 0, 0, 0, 0);
	}

	TunerOptions options(TunerMode mode) {
		return TunerOptions.defaults().withMode(mode).withTimes(INTERVAL, OBSERVATION);
	}

	TunerRun run(TunerOptions options) {
		TunerSources sources = new TunerSources(() -> List.copyOf(this.tunables), this::work,
				(_) -> List.copyOf(this.hints), 11);
		return new TunerRun(options, new TunerCore(options.settings()), sources);
	}

	/** Lets time pass until something is so, at most some windows. */
	boolean until(TunerRun run, int windows, BooleanSupplier reached) {
		long end = this.now + windows * INTERVAL.plus(OBSERVATION).toNanos();
		while (this.now < end) {
			long pause = run.advance(this.now);
			if (reached.getAsBoolean()) {
				return true;
			}
			this.now += Math.min(Math.max(1, pause), end - this.now + 1);
		}
		return false;
	}

}
