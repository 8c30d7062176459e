package dev.wasmsandbox;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.wasmsandbox.engine.Watchdog;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.observe.SteppedTunable.Described;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.Tunable.Risk;
import dev.wasmsandbox.observe.TuningRange;

/**
 * What may be changed of what all modules share. The bounds follow from what was
 * configured.
 */
final class SharedTunables {

	/**
	 * Beyond 4 ms a call would end so late that limits of a few milliseconds meant
	 * nothing; below half a one the watchdog alone would keep a processor awake.
	 */
	private static final TuningRange TICKS = TuningRange.steps(500, 1_000, 2_000, 4_000);

	private SharedTunables() {
	}

	static List<Tunable> of(ModuleCache cache, Watchdog watchdog) {
		return List.of(cacheWeight(cache), watchdogTick(watchdog));
	}

	/**
	 * Half of what is configured up to four times as much, but no more than half the
	 * heap, because binaries are on it.
	 */
	private static Tunable cacheWeight(ModuleCache cache) {
		long configured = cache.settings().maxWeight();
		long most = Math.max(configured, Math.min(4 * configured, Runtime.getRuntime().maxMemory() / 2));
		TreeSet<Double> values = new TreeSet<>(
				List.of((double) Math.max(1, configured / 2), (double) configured, (double) most));
		if (2 * configured < most) {
			values.add(2.0 * configured);
		}
		return new Described(null, "cache.max-weight", "bytes", Risk.MEDIUM, Set.of()).with(
				TuningRange.steps(values.stream().mapToDouble(Double::doubleValue).toArray()),
				() -> cache.settings().maxWeight(), (value) -> cache.resize((long) value));
	}

	private static Tunable watchdogTick(Watchdog watchdog) {
		return new Described(null, "watchdog.tick", "us", Risk.MEDIUM, Set.of()).with(TICKS,
				() -> watchdog.tick().toNanos() / 1e3,
				(value) -> watchdog.tick(Duration.ofNanos((long) (value * 1e3))));
	}

}
