package dev.wasmsandbox.tuning;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

import dev.wasmsandbox.observe.Tunable;
import org.jspecify.annotations.Nullable;

/**
 * How the tuner runs, {@code wasm.tuner}. Immutable.
 *
 * @param mode what it may do
 * @param settings how it decides; whether moves are made follows from the mode
 * @param interval how long what was set settles before the next window of observation
 * begins, from 10 milliseconds to one day
 * @param observation how long a window of observation is, by the same bounds
 * @param maxRisk parameters with a higher risk keep their values; not
 * {@link Tunable.Risk#HIGH}
 * @param pinned parameters that keep their values: names, or names with their module
 * @param stateFile where what was learnt is kept over restarts; {@code null} for nowhere
 */
public record TunerOptions(TunerMode mode, TunerSettings settings, Duration interval, Duration observation,
		Tunable.Risk maxRisk, Set<String> pinned, @Nullable Path stateFile) {

	private static final Duration SHORTEST = Duration.ofMillis(10);

	private static final Duration LONGEST = Duration.ofDays(1);

	public TunerOptions {
		pinned = Set.copyOf(pinned);
		settings = settings.withActive(mode == TunerMode.ACTIVE);
		check("interval", interval);
		check("observation", observation);
		if (maxRisk == Tunable.Risk.HIGH) {
			throw new IllegalArgumentException(
					"What has a high risk is never tried: the highest risk is low or medium");
		}
	}

	private static void check(String name, Duration value) {
		if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(
					"The " + name + " of the tuner must be from 10 milliseconds to one day, but is " + value);
		}
	}

	/**
	 * Advises only, settles for 30 seconds, observes for 60, keeps nothing in a file.
	 */
	public static TunerOptions defaults() {
		return new TunerOptions(TunerMode.ADVISE, TunerSettings.defaults(), Duration.ofSeconds(30),
				Duration.ofSeconds(60), Tunable.Risk.MEDIUM, Set.of(), null);
	}

	public TunerOptions withMode(TunerMode other) {
		return new TunerOptions(other, this.settings, this.interval, this.observation, this.maxRisk, this.pinned,
				this.stateFile);
	}

	public TunerOptions withSettings(TunerSettings other) {
		return new TunerOptions(this.mode, other, this.interval, this.observation, this.maxRisk, this.pinned,
				this.stateFile);
	}

	public TunerOptions withTimes(Duration settle, Duration observe) {
		return new TunerOptions(this.mode, this.settings, settle, observe, this.maxRisk, this.pinned, this.stateFile);
	}

	public TunerOptions withMaxRisk(Tunable.Risk risk) {
		return new TunerOptions(this.mode, this.settings, this.interval, this.observation, risk, this.pinned,
				this.stateFile);
	}

	public TunerOptions withPinned(Set<String> parameters) {
		return new TunerOptions(this.mode, this.settings, this.interval, this.observation, this.maxRisk, parameters,
				this.stateFile);
	}

	public TunerOptions withStateFile(@Nullable Path file) {
		return new TunerOptions(this.mode, this.settings, this.interval, this.observation, this.maxRisk, this.pinned,
				file);
	}

}
