package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.TuningRange;
import dev.wasmsandbox.pool.PoolStatistics;
import dev.wasmsandbox.tuning.WindowSample.Hint;
import org.jspecify.annotations.Nullable;

/**
 * What others know to help: recommendations that name a parameter and a value, and what
 * the owners of parameters have measured. Says how much a change should gain, and how far
 * that may be wrong. For one thread at a time.
 */
final class TunerHints {

	/** Less is not worth a hint. */
	private static final double NOTICEABLE = 0.02;

	/** How far an estimate may be wrong, a part of it. */
	private static final double DOUBT = 0.4;

	/** Gains that nothing but the severity tells. */
	private static final double WARNING_GAIN = 0.1;

	private static final double CRITICAL_GAIN = 0.2;

	/** What an estimate is cut to: no change makes calls take no time. */
	private static final double MOST_GAIN = 4;

	private final PerformanceAdvisor advisor;

	private final WasmSandboxes sandboxes;

	/** How far one move may go, a part of the range. */
	private final double reach;

	/** The leases of each module when it last looked. */
	private final Map<String, Leases> leases = new HashMap<>();

	/**
	 * Leases so far.
	 */
	private record Leases(long trimmed, long all) {

		double trimmedSince(Leases before) {
			long more = this.all - before.all;
			return (more > 0) ? (double) (this.trimmed - before.trimmed) / more : 0;
		}

	}

	TunerHints(PerformanceAdvisor advisor, WasmSandboxes sandboxes, double reach) {
		this.advisor = advisor;
		this.sandboxes = sandboxes;
		this.reach = reach;
	}

	/** The hints for these parameters, at this moment. */
	List<Hint> of(Map<String, Tunable> parameters) {
		Map<String, ModuleWindow> windows = new HashMap<>();
		this.advisor.situation().modules().forEach((window) -> windows.put(window.module(), window));
		List<Hint> hints = new ArrayList<>();
		for (PerformanceRecommendation advice : this.advisor.recommendations()) {
			Hint hint = recommended(advice, parameters, windows);
			if (hint != null) {
				hints.add(hint);
			}
		}
		windows.forEach((module, window) -> {
			addKnown(hints, resetStrategy(window, parameters.get(module + "/reset.strategy")));
			addKnown(hints, resident(window, parameters.get(module + "/pool.min-resident")));
		});
		return hints;
	}

	private static void addKnown(List<Hint> hints, @Nullable Hint hint) {
		if (hint != null) {
			hints.add(hint);
		}
	}

	private @Nullable Hint recommended(PerformanceRecommendation advice, Map<String, Tunable> parameters,
			Map<String, ModuleWindow> windows) {
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
		double gain = gain(advice, (advice.module() != null) ? windows.get(advice.module()) : null);
		double value = towards(tunable.range(), now, wanted.getAsDouble());
		// Twice as many sandboxes serve at most twice as many calls.
		double most = (value > now && now > 0) ? Math.min(gain, value / now - 1) : gain;
		return hint(tunable, value, most, advice.finding());
	}

	private static @Nullable Tunable named(String property, @Nullable String module, Map<String, Tunable> parameters) {
		if (module == null) {
			return property.startsWith("wasm.cache.") ? parameters.get("cache.max-weight") : null;
		}
		return parameters.values()
			.stream()
			.filter((tunable) -> module.equals(tunable.module()) && property.endsWith("." + tunable.name()))
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

	/** The value that is nearest, but another one than now, and within one move. */
	private double towards(TuningRange range, double now, double wanted) {
		int at = range.indexOf(now);
		int to = range.indexOf(wanted);
		if (to == at) {
			to = (wanted > now) ? at + 1 : at - 1;
		}
		int far = (int) Math.max(1, Math.round(this.reach * (range.size() - 1)));
		return range.values().get(Math.clamp(Math.clamp((long) to, at - far, at + far), 0, range.size() - 1));
	}

	private static double gain(PerformanceRecommendation advice, @Nullable ModuleWindow window) {
		double leased = figure(advice, "pool.leased.mean");
		double pending = figure(advice, "pool.pending.mean");
		if (leased > 0 && pending > 0) {
			// Who waits holds nothing: without waiting a call takes the others' part. But
			// the processors are bounded too.
			double busy = Math.max(0.5, figure(advice, "processors.busy"));
			double free = Runtime.getRuntime().availableProcessors() / busy - 1;
			return Math.min(pending / leased, Math.max(WARNING_GAIN, free));
		}
		double made = figure(advice, "cold-starts") * figure(advice, "cold-start.mean");
		if (made > 0 && window != null) {
			double others = Math.max(made / MOST_GAIN, window.work().calls().busyNanos() - made);
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

	/** All ways were tried on a slot of the module's own. */
	private @Nullable Hint resetStrategy(ModuleWindow window, @Nullable Tunable tunable) {
		WasmSandbox sandbox = this.sandboxes.find(window.module()).orElse(null);
		if (tunable == null || sandbox == null || window.calls().samples() == 0) {
			return null;
		}
		Map<ResetStrategy, Long> costs = sandbox.pool().resetCosts();
		Long now = costs.get(sandbox.pool().statistics().resets().strategy());
		if (now == null) {
			return null;
		}
		Map.Entry<ResetStrategy, Long> best = Collections.min(costs.entrySet(), Map.Entry.comparingByValue());
		double calls = Math.max(1, window.work().calls().all().total());
		double runs = runs(window, calls);
		double resets = Math.min(1, window.pool().resets() / calls);
		double saved = Math.min(resets * (now - best.getValue()), runs * (1 - 1 / (1 + MOST_GAIN)));
		double gain = saved / (runs - saved);
		return hint(tunable, tunable.range().labels().indexOf(best.getKey().name()), gain,
				"Restoring what a call writes took " + now + " ns as it is and " + best.getValue() + " ns by "
						+ best.getKey() + ", when all ways were tried");
	}

	/**
	 * What a call takes of a processor, in nanoseconds, or its time without waiting where
	 * that is less: where more threads run than there are processors, the time that
	 * passes is mostly other threads'.
	 */
	private static double runs(ModuleWindow window, double calls) {
		double processors = window.processorNanos() / calls;
		double passed = window.calls().mean() - window.acquisitions().mean();
		return Math.max(1, (passed > 0) ? Math.min(processors, passed) : processors);
	}

	/** Who leases a trimmed sandbox faults all its pages in again. */
	private @Nullable Hint resident(ModuleWindow window, @Nullable Tunable tunable) {
		WasmSandbox sandbox = this.sandboxes.find(window.module()).orElse(null);
		if (tunable == null || sandbox == null) {
			return null;
		}
		PoolStatistics.Resets resets = sandbox.pool().statistics().resets();
		Leases now = new Leases(sandbox.pool().trimmedLeases(),
				resets.byStrategy().values().stream().mapToLong(Long::longValue).sum());
		Leases before = this.leases.put(window.module(), now);
		double part = (before != null) ? now.trimmedSince(before) : 0;
		// What is given back after each call anyway cannot be kept.
		if (part < NOTICEABLE || resets.strategy() == ResetStrategy.GIVE_BACK) {
			return null;
		}
		double wanted = Math.max(1, window.pool().maxLeased());
		double gain = Math.min(WARNING_GAIN, part);
		return (wanted <= tunable.value()) ? null : hint(tunable, towards(tunable.range(), tunable.value(), wanted),
				gain, Math.round(part * 100) + "% of the leases began in a sandbox whose pages had been given back");
	}

	private static @Nullable Hint hint(Tunable tunable, double value, double gain, String why) {
		boolean says = gain >= NOTICEABLE && value != tunable.value() && tunable.range().contains(value);
		return says ? new Hint(tunable.id(), value, Math.min(gain, MOST_GAIN), gain * DOUBT, why) : null;
	}

}
