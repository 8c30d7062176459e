package dev.wasmsandbox.benchmarks;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.Derived;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Samples;
import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;
import dev.wasmsandbox.tuning.TunerDecision;
import dev.wasmsandbox.tuning.TunerMode;
import dev.wasmsandbox.tuning.TunerNote;
import dev.wasmsandbox.tuning.TunerOptions;
import dev.wasmsandbox.tuning.TunerSettings;

/**
 * What the tuner makes of a bad configuration, and of the best one, under four loads,
 * with shortened intervals. Each load has a JVM of its own.
 */
final class Tuner implements Benchmark {

	private static final List<String> LOADS = List.of("small", "dirty", "bursts", "mixed");

	private static final String TEXT = "the quick brown fox jumps over the lazy dog";

	/** Keys that a call inserts: as many words are dirtied, and more. */
	private static final int KEYS = 16_384;

	/** A change without which it would be slower by this makes a difference. */
	private static final double NOTICEABLE = 1.02;

	private static final Duration BURST_PAUSE = Duration.ofMillis(60);

	/**
	 * How long things take.
	 *
	 * @param interval of the tuner
	 * @param observation of the tuner
	 * @param tuning how long it may tune a bad configuration
	 * @param staying how long it may try to make the best one better
	 * @param advising how long it may advise
	 * @param sweep how long each static configuration is measured
	 * @param compare how long each side of a comparison is measured
	 * @param pairs how many comparisons there are
	 */
	private record Times(Duration interval, Duration observation, Duration tuning, Duration staying, Duration advising,
			Duration sweep, Duration compare, int pairs) {

		static Times of(Effort effort) {
			if (effort.quick()) {
				return new Times(Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofSeconds(2),
						Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofMillis(15), Duration.ofMillis(50), 3);
			}
			return new Times(Duration.ofMillis(50), Duration.ofMillis(250), Duration.ofSeconds(290),
					Duration.ofSeconds(100), Duration.ofSeconds(60), Duration.ofSeconds(1), Duration.ofMillis(500), 36);
		}

		/** The same with fewer and shorter comparisons, for what is worth less time. */
		Times briefly() {
			return new Times(this.interval, this.observation, this.tuning, this.staying, this.advising, this.sweep,
					this.compare, Math.ceilDiv(this.pairs, 6));
		}

	}

	@Override
	public String name() {
		return "tuner";
	}

	@Override
	public String summary() {
		return "what the tuner makes of a bad start and of the best configuration, by the best one that a sweep finds";
	}

	@Override
	public Effort effort(Effort wanted) {
		return wanted.quick() ? wanted : new Effort(false, 1, Duration.ofMinutes(45), Duration.ofMinutes(12),
				wanted.warmUp(), wanted.samples(), wanted.sample());
	}

	@Override
	public List<Measurement> measurements() {
		return LOADS.stream()
			.map((load) -> Measurement.of((effort, recorder) -> measure(load, Times.of(effort), recorder),
					FigureSpec.ratio(load + ".fraction-of-best", "best static configuration by sweep"),
					FigureSpec.ratio(load + ".start", "best static configuration by sweep"),
					FigureSpec.ratio(load + ".from-best", "the best configuration, left alone"),
					FigureSpec.ratio(load + ".while-trying", "the best configuration, left alone"),
					FigureSpec.ratio(load + ".advise-agreement", "changes that active mode kept")))
			.toList();
	}

	@Override
	public List<Derived> derived() {
		return List.of(least("active.fraction-of-best", "fraction-of-best", "best static configuration by sweep"),
				least("active.from-best", "from-best", "the best configuration, left alone"),
				least("advise.agreement", "advise-agreement", "changes that active mode kept"));
	}

	private static Derived least(String id, String of, String against) {
		return new Derived(FigureSpec.ratio(id, against), LOADS.stream().map((load) -> load + '.' + of).toList(),
				Derived.Rule.LEAST);
	}

	private static void measure(String load, Times times, Recorder recorder) throws InterruptedException {
		System.err.printf(Locale.ROOT, "%s: interval %d ms instead of 30 s, observation %d ms instead of 60 s%n", load,
				times.interval().toMillis(), times.observation().toMillis());
		try (TunerRig rig = new TunerRig()) {
			load(load, rig);
			rig.start(load.equals("bursts") ? BURST_PAUSE : Duration.ZERO);
			TunerSweep sweep = new TunerSweep(rig);
			double ignored = rig.throughput(times.tuning().dividedBy(20));
			TunerSweep.Result found = sweep.run(times.sweep());
			say(load, "bad", found.worst());
			say(load, "best", found.best());
			sweep.set(found.worst());
			run(rig, options(TunerMode.ACTIVE, times), times.tuning(), load);
			Map<String, Double> tuned = sweep.now();
			say(load, "tuned", tuned);
			recorder.record(load + ".fraction-of-best", compare(rig, sweep, tuned, found.best(), times));
			recorder.record(load + ".start", compare(rig, sweep, found.worst(), found.best(), times.briefly()));
			Set<String> mattered = mattered(rig, sweep, found.worst(), tuned, times.briefly());
			System.err.println(load + ": of what it changed, these made a difference: " + mattered);
			stay(load, rig, sweep, found.best(), times, recorder);
			sweep.set(found.worst());
			Map<String, Double> advised = advised(rig, times, load);
			say(load, "advised", advised);
			recorder.record(load + ".advise-agreement", Samples.of(agreement(mattered, found.worst(), tuned, advised)));
		}
	}

	private static void load(String load, TunerRig rig) {
		switch (load) {
			case "small" -> small(rig);
			case "dirty" -> dirty(rig);
			case "bursts" -> dirty(rig);
			default -> {
				small(rig);
				dirty(rig);
				WasmSandbox simple = rig.load("simple_module");
				rig.call((number) -> require(simple.call("add", int.class, number, 1) == number + 1));
			}
		}
	}

	private static void small(TunerRig rig) {
		TextTools text = rig.load("text").as(TextTools.class);
		rig.call((_) -> require(text.countWords(TEXT) == 9));
	}

	private static void dirty(TunerRig rig) {
		WasmSandbox kernels = rig.load("kernels");
		long answer = kernels.call("kernel_hash_table", long.class, KEYS);
		rig.call((_) -> require(kernels.call("kernel_hash_table", long.class, KEYS) == answer));
	}

	private static void require(boolean right) {
		if (!right) {
			throw new IllegalStateException("a guest gave a wrong answer");
		}
	}

	private static TunerOptions options(TunerMode mode, Times times) {
		return TunerOptions.defaults()
			.withMode(mode)
			.withTimes(times.interval(), times.observation())
			.withSettings(settings());
	}

	/** All is as by default; a window has fewer calls, because it is so much shorter. */
	private static TunerSettings settings() {
		TunerSettings all = TunerSettings.defaults();
		return new TunerSettings(all.active(), all.minImprovement(), all.minConfidence(), all.regression(), all.error(),
				20, all.maxWindows(), all.coolDown(), all.calibration(), all.memory(), all.explorations(), all.reach(),
				all.history());
	}

	/** Has the tuner run; its proven values are in force afterwards. */
	private static void run(TunerRig rig, TunerOptions options, Duration time, String load)
			throws InterruptedException {
		try (AdaptivePerformanceTuner tuner = rig.tuner(options)) {
			tuner.addListener((note) -> tell(load, note));
			tuner.start();
			double ignored = rig.throughput(time);
		}
	}

	private static void tell(String load, TunerNote note) {
		if (note.kind() == TunerNote.Kind.KEEP) {
			System.err.println(load + ": window " + note.window() + ": " + note.decision().reason() + " "
					+ note.decision().configuration());
		}
	}

	private static void stay(String load, TunerRig rig, TunerSweep sweep, Map<String, Double> best, Times times,
			Recorder recorder) throws InterruptedException {
		sweep.set(best);
		double before = rig.throughput(times.compare().multipliedBy(times.pairs()));
		double trying;
		try (AdaptivePerformanceTuner tuner = rig.tuner(options(TunerMode.ACTIVE, times))) {
			tuner.addListener((note) -> tell(load + " from the best", note));
			tuner.start();
			trying = rig.throughput(times.staying());
		}
		Map<String, Double> stayed = sweep.now();
		say(load, "stayed", stayed);
		sweep.set(best);
		double after = rig.throughput(times.compare().multipliedBy(times.pairs()));
		recorder.record(load + ".while-trying", Samples.of(2 * trying / (before + after)));
		recorder.record(load + ".from-best", compare(rig, sweep, stayed, best, times));
	}

	/** In turns, so that noise on the machine meets both. */
	private static Samples compare(TunerRig rig, TunerSweep sweep, Map<String, Double> one, Map<String, Double> other,
			Times times) throws InterruptedException {
		double[] ratios = new double[times.pairs()];
		for (int i = 0; i < ratios.length; i++) {
			sweep.set(one);
			double first = rig.throughput(times.compare());
			sweep.set(other);
			ratios[i] = first / rig.throughput(times.compare());
		}
		return Samples.of(ratios);
	}

	/**
	 * Follows the advice, as somebody would who reads it, and returns what that leads to.
	 */
	private static Map<String, Double> advised(TunerRig rig, Times times, String load) throws InterruptedException {
		Set<String> silent = Collections.synchronizedSet(new LinkedHashSet<>());
		try (AdaptivePerformanceTuner tuner = rig.tuner(options(TunerMode.ADVISE, times))) {
			Consumer<TunerNote> follow = (note) -> {
				if (note.decision() instanceof TunerDecision.Advise advise) {
					System.err
						.println(load + ": advised " + advise.proposal().move().changes() + ": " + advise.reason());
					advise.proposal().move().changes().forEach((id, value) -> {
						tuner.pin(id, value);
						tuner.unpin(id);
					});
				}
				else if (note.kind() == TunerNote.Kind.WAIT) {
					silent.add(note.decision().reason());
				}
			};
			tuner.addListener(follow::accept);
			tuner.start();
			double ignored = rig.throughput(times.advising());
		}
		System.err.println(load + ": no advice, because: " + silent);
		return new TunerSweep(rig).now();
	}

	/**
	 * The parameters that active mode has changed and without whose change it would be
	 * slower: a pair of parameters is proved as a pair, and may gain by one of them.
	 */
	private static Set<String> mattered(TunerRig rig, TunerSweep sweep, Map<String, Double> start,
			Map<String, Double> tuned, Times times) throws InterruptedException {
		Set<String> mattered = new TreeSet<>();
		for (Map.Entry<String, Double> one : tuned.entrySet()) {
			Double before = start.get(one.getKey());
			if (before != null && !before.equals(one.getValue())) {
				Map<String, Double> without = new TreeMap<>(tuned);
				without.put(one.getKey(), before);
				if (compare(rig, sweep, tuned, without, times).median() > NOTICEABLE) {
					mattered.add(one.getKey());
				}
			}
		}
		return mattered;
	}

	/**
	 * Of these parameters, the part that following the advice has changed in the same
	 * direction as active mode did; choices to the same one. Where there are none, 1 if
	 * the advice changes nothing either.
	 */
	private static double agreement(Set<String> mattered, Map<String, Double> start, Map<String, Double> tuned,
			Map<String, Double> advised) {
		long same = mattered.stream().filter((id) -> {
			double from = start.getOrDefault(id, 0.0);
			double to = advised.getOrDefault(id, from);
			return id.endsWith("reset.strategy") ? Objects.equals(tuned.get(id), advised.get(id))
					: Math.signum(tuned.getOrDefault(id, from) - from) == Math.signum(to - from);
		}).count();
		return mattered.isEmpty() ? (start.equals(advised) ? 1 : 0) : (double) same / mattered.size();
	}

	private static void say(String load, String what, Map<String, Double> values) {
		Map<String, Double> shown = new TreeMap<>(values);
		shown.keySet().removeIf((id) -> !id.contains("/"));
		System.err.println(load + ": " + what + " " + shown);
	}

}
