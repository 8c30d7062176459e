package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.metrics.CallCounts;
import dev.wasmsandbox.metrics.LatencySummary;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.Situation;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.pool.PoolControl;
import dev.wasmsandbox.pool.PoolStatistics;
import dev.wasmsandbox.tuning.WindowSample.Hint;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one module, as hints: what a parameter can gain is no more than
 * the time that is spent on what it is about. That most of them can gain nothing spares
 * trials. For one use.
 */
final class MeasuredHints {

	/** Faulting pages in takes about so much of a short call. */
	private static final double FAULTS = 0.1;

	/**
	 * What handing a sandbox to a thread that waits for it takes at least, in
	 * nanoseconds: two changes of context.
	 */
	private static final double HAND_OVER = 10_000;

	/**
	 * Taking a sandbox that is free takes less, in nanoseconds, before it is compiled
	 * too: that is no waiting.
	 */
	private static final double FREE = HAND_OVER / 2;

	private final ModuleWindow window;

	private final PoolControl pool;

	private final Leases since;

	private final Overall overall;

	private final Map<String, Tunable> parameters;

	private final HintScale scale;

	private final List<Hint> hints = new ArrayList<>();

	/**
	 * Leases.
	 *
	 * @param trimmed those that found the pages given back
	 * @param all all
	 */
	record Leases(long trimmed, long all) {

		static Leases of(PoolControl pool) {
			PoolStatistics.Resets resets = pool.statistics().resets();
			return new Leases(pool.trimmedLeases(),
					resets.byStrategy().values().stream().mapToLong(Long::longValue).sum());
		}

		Leases since(@Nullable Leases before) {
			return (before != null) ? new Leases(this.trimmed - before.trimmed, this.all - before.all)
					: new Leases(0, 0);
		}

		double trimmedPart() {
			return (this.all > 0) ? (double) this.trimmed / this.all : 0;
		}

	}

	/**
	 * All modules together.
	 *
	 * @param busy the time of all calls, in nanoseconds
	 * @param freeProcessors the time that processors have left, by the time that guests
	 * had: 1 if as much again could be done
	 */
	record Overall(double busy, double freeProcessors) {

		static Overall of(Situation situation) {
			double busy = situation.modules().stream().mapToDouble((one) -> one.work().calls().busyNanos()).sum();
			double used = Math.max(0.5, situation.summary().processors());
			return new Overall(Math.max(1, busy), Math.max(0, situation.processors() / used - 1));
		}

		/** The part of the time of all calls that is the module's. */
		double part(ModuleWindow window) {
			return window.work().calls().busyNanos() / this.busy;
		}

	}

	/**
	 * For one look.
	 * @param window of a module with calls
	 * @param since what was leased since the last look; none if there was none
	 */
	MeasuredHints(ModuleWindow window, PoolControl pool, Leases since, Overall overall, Map<String, Tunable> parameters,
			HintScale scale) {
		this.window = window;
		this.pool = pool;
		this.since = since;
		this.overall = overall;
		this.parameters = parameters;
		this.scale = scale;
	}

	List<Hint> all() {
		size(named("pool.max-size"));
		ready(named("pool.min-idle"));
		resident(named("pool.min-resident"));
		strategy(named("reset.strategy"));
		arena(named("allocator.arena-step"));
		return this.hints;
	}

	private @Nullable Tunable named(String name) {
		return this.parameters.get(this.window.module() + "/" + name);
	}

	private double calls() {
		return this.window.work().calls().all().total();
	}

	private double part() {
		return this.overall.part(this.window);
	}

	/** Where it is no more than this, nothing can be gained. */
	private static boolean little(double part) {
		return part < HintScale.NOTICEABLE / 2;
	}

	/** Who waits for a sandbox does nothing else, and who is refused waited in vain. */
	private void size(@Nullable Tunable size) {
		if (size == null) {
			return;
		}
		CallCounts calls = this.window.work().calls();
		double waited = waited() / this.overall.busy();
		double refused = calls.all().count(Outcome.BUSY) / calls();
		double lost = Math.clamp(waited + part() * refused, 0, 0.9);
		String why = "Callers wait for a sandbox of this module in " + HintScale.percent(waited)
				+ " of the time of all calls, and " + HintScale.percent(refused) + " of its calls are refused";
		if (little(lost)) {
			this.hints.addAll(this.scale.greater(size, why));
			return;
		}
		// More at once, as far as processors have time, and fewer changes of context.
		double faster = this.overall.freeProcessors() + HAND_OVER / runs();
		double most = Math.min(lost / (1 - lost), faster);
		this.hints.addAll(this.scale.atMost(size, most, why));
	}

	/**
	 * How long callers waited for sandboxes that others had, in nanoseconds. A few long
	 * ones alone are threads that were interrupted as they took a sandbox.
	 */
	private double waited() {
		LatencySummary acquisitions = this.window.acquisitions();
		boolean waits = acquisitions.p95() > FREE || this.window.pool().maxPending() > 0;
		double all = (acquisitions.mean() - FREE) * this.window.work().calls().clean().total();
		return waits ? Math.max(0, all - this.window.work().awaitedNanos()) : 0;
	}

	private void add(@Nullable Hint hint) {
		if (hint != null) {
			this.hints.add(hint);
		}
	}

	/** Sandboxes that are ready spare callers the time to make one. */
	private void ready(@Nullable Tunable idle) {
		double part = this.window.work().awaitedNanos() / this.overall.busy();
		if (idle != null && little(part)) {
			this.hints.addAll(this.scale.others(idle, "Callers wait for sandboxes of this module to be made in "
					+ HintScale.percent(part) + " of the time of all calls"));
		}
	}

	/** Who leases a trimmed sandbox faults all its pages in again. */
	private void resident(@Nullable Tunable resident) {
		if (resident == null || this.since.all() == 0) {
			return;
		}
		double trimmed = this.since.trimmedPart();
		String why = Math.round(trimmed * 100) + "% of the leases began in a sandbox whose pages had been given back";
		// What is given back after each call anyway cannot be kept.
		if (trimmed < HintScale.NOTICEABLE || this.pool.statistics().resets().strategy() == ResetStrategy.GIVE_BACK) {
			this.hints.addAll(this.scale.others(resident, why));
			return;
		}
		double wanted = Math.max(1, this.window.pool().maxLeased());
		if (wanted > resident.value()) {
			double value = this.scale.towards(resident.range(), resident.value(), wanted);
			add(this.scale.gains(resident, value, HintScale.ofAll(Math.min(FAULTS, trimmed), part()), why));
		}
	}

	/** All ways were tried on a slot of the module's own. */
	private void strategy(@Nullable Tunable strategy) {
		Map<ResetStrategy, Long> costs = this.pool.resetCosts();
		Long now = costs.get(this.pool.statistics().resets().strategy());
		if (strategy == null || now == null) {
			return;
		}
		double runs = runs();
		double resets = Math.min(1, this.window.pool().resets() / calls());
		costs.forEach((way, cost) -> {
			double saved = Math.min(resets * (now - cost), runs * (1 - 1 / (1 + HintScale.MOST_GAIN)));
			double gain = HintScale.ofAll(saved / (runs - saved), part());
			add(this.scale.expects(strategy, strategy.range().labels().indexOf(way.name()), gain,
					"Restoring what a call writes took " + now + " ns as it is and " + cost + " ns by " + way
							+ ", when all ways were tried"));
		});
	}

	/**
	 * What a call takes of a processor, in nanoseconds, or its time without waiting where
	 * that is less: where more threads run than there are processors, the time that
	 * passes is mostly other threads'.
	 */
	private double runs() {
		double processors = this.window.processorNanos() / calls();
		double passed = this.window.calls().mean() - this.window.acquisitions().mean();
		return Math.max(1, (passed > 0) ? Math.min(processors, passed) : processors);
	}

	/** A larger step spares growing, which is a part of allocating. */
	private void arena(@Nullable Tunable step) {
		double part = this.window.work().blocks() * this.window.work().blockMeanNanos() / this.overall.busy();
		if (step != null && little(part)) {
			this.hints.addAll(this.scale.others(step, "Blocks in guests of this module are allocated in "
					+ HintScale.percent(part) + " of the time of all calls"));
		}
	}

}
