package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.tuning.WindowSample.Hint;
import org.jspecify.annotations.Nullable;

/**
 * What others know to help, or to be of no use: recommendations that name a parameter and
 * a value, and what was measured of modules. Says how much of the score a change should
 * gain, and how far that may be wrong. For one thread at a time.
 */
final class TunerHints {

	/** Gains that nothing but the severity tells. */
	private static final double WARNING_GAIN = 0.1;

	private static final double CRITICAL_GAIN = 0.2;

	/** Waking the watchdog: two changes of context, on an unfavourable machine. */
	private static final double TICK_NANOS = 20_000;

	/** Looking at one sandbox. */
	private static final double SIGHT_NANOS = 20;

	private final PerformanceAdvisor advisor;

	private final WasmSandboxes sandboxes;

	private final HintScale scale;

	/** What was counted until it last looked. */
	private final Map<String, MeasuredHints.Leases> leases = new HashMap<>();

	private long recompiled = -1;

	TunerHints(PerformanceAdvisor advisor, WasmSandboxes sandboxes, double reach) {
		this.advisor = advisor;
		this.sandboxes = sandboxes;
		this.scale = new HintScale(reach);
	}

	/** The hints for these parameters, at this moment. */
	List<Hint> of(Map<String, Tunable> parameters) {
		Situation situation = this.advisor.situation();
		MeasuredHints.Overall overall = MeasuredHints.Overall.of(situation);
		Map<String, ModuleWindow> windows = new HashMap<>();
		situation.modules().forEach((window) -> windows.put(window.module(), window));
		List<Hint> hints = new ArrayList<>();
		for (PerformanceRecommendation advice : this.advisor.recommendations()) {
			Hint hint = recommended(advice, parameters, windows, overall);
			if (hint != null) {
				hints.add(hint);
			}
		}
		Set<String> recommended = new HashSet<>(hints.stream().map(Hint::parameter).toList());
		List<Hint> measured = new ArrayList<>(cache(situation, parameters.get("cache.max-weight")));
		measured.addAll(tick(situation, parameters.get("watchdog.tick")));
		windows.values().forEach((window) -> measured.addAll(measured(window, overall, parameters)));
		measured.stream().filter((hint) -> !recommended.contains(hint.parameter())).forEach(hints::add);
		return hints;
	}

	private List<Hint> measured(ModuleWindow window, MeasuredHints.Overall overall, Map<String, Tunable> parameters) {
		WasmSandbox sandbox = this.sandboxes.find(window.module()).orElse(null);
		if (sandbox == null || window.work().calls().all().total() == 0) {
			return List.of();
		}
		MeasuredHints.Leases now = MeasuredHints.Leases.of(sandbox.pool());
		MeasuredHints.Leases since = now.since(this.leases.put(window.module(), now));
		return new MeasuredHints(window, sandbox.pool(), since, overall, parameters, this.scale).all();
	}

	/** What was never compiled twice would be found in no larger cache either. */
	private List<Hint> cache(Situation situation, @Nullable Tunable weight) {
		long before = this.recompiled;
		this.recompiled = situation.cache().recompiled();
		return (weight != null && before == this.recompiled) ? this.scale.others(weight, "No module was compiled again")
				: List.of();
	}

	/**
	 * Looking at running calls takes time from them, and less often is less of it. More
	 * often gains nothing.
	 */
	private List<Hint> tick(Situation situation, @Nullable Tunable tick) {
		if (tick == null) {
			return List.of();
		}
		double sandboxes = situation.modules()
			.stream()
			.mapToDouble((window) -> window.pool().meanLeased() + window.pool().meanIdle())
			.sum();
		double each = TICK_NANOS + sandboxes * SIGHT_NANOS;
		double part = each / (1_000 * tick.value()) / situation.processors();
		String why = "Looking at running calls takes about " + HintScale.percent(part) + " of the processors";
		List<Hint> hints = new ArrayList<>(this.scale.lesser(tick, why));
		hints.addAll(this.scale.atMost(tick, part, why));
		return hints;
	}

	private @Nullable Hint recommended(PerformanceRecommendation advice, Map<String, Tunable> parameters,
			Map<String, ModuleWindow> windows, MeasuredHints.Overall overall) {
		String property = advice.property();
		Tunable tunable = (property != null) ? named(property, advice.module(), parameters) : null;
		if (tunable == null || advice.severity() == Severity.INFO) {
			return null;
		}
		double now = tunable.value();
		OptionalDouble wanted = (advice.module() != null) ? number(advice.suggested()) : OptionalDouble.of(2 * now);
		if (wanted.isEmpty() || wanted.getAsDouble() == now) {
			return null;
		}
		ModuleWindow window = (advice.module() != null) ? windows.get(advice.module()) : null;
		double gain = gain(advice, window);
		double value = this.scale.towards(tunable.range(), now, wanted.getAsDouble());
		double part = (window != null) ? overall.part(window) : 1;
		return this.scale.gains(tunable, value, HintScale.ofAll(gain, part), advice.finding());
	}

	/** How many sandboxes there should be is measured. */
	private static @Nullable Tunable named(String property, @Nullable String module, Map<String, Tunable> parameters) {
		if (module == null) {
			return property.startsWith("wasm.cache.") ? parameters.get("cache.max-weight") : null;
		}
		return parameters.values()
			.stream()
			.filter((tunable) -> module.equals(tunable.module()) && property.endsWith("." + tunable.name())
					&& !tunable.name().equals("pool.max-size"))
			.findFirst()
			.orElse(null);
	}

	private static OptionalDouble number(String text) {
		try {
			return OptionalDouble.of(Double.parseDouble(text));
		}
		catch (NumberFormatException _) {
			return OptionalDouble.empty();
		}
	}

	private static double gain(PerformanceRecommendation advice, @Nullable ModuleWindow window) {
		double made = figure(advice, "cold-starts") * figure(advice, "cold-start.mean");
		if (made > 0 && window != null) {
			double others = Math.max(made / HintScale.MOST_GAIN, window.work().calls().busyNanos() - made);
			return made / others;
		}
		return (advice.severity() == Severity.CRITICAL) ? CRITICAL_GAIN : WARNING_GAIN;
	}

	private static double figure(PerformanceRecommendation advice, String name) {
		return advice.evidence()
			.stream()
			.filter((evidence) -> evidence.figure().equals(name))
			.mapToDouble(Evidence::value)
			.findFirst()
			.orElse(0);
	}

}
