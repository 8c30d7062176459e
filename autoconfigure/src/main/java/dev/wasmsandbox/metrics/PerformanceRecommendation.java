package dev.wasmsandbox.metrics;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One thing to change, and the figures that say so. Immutable.
 *
 * @param id which rule gives it: lower case, with dashes
 * @param severity how much it matters
 * @param module the module it is about; {@code null} for all of them
 * @param finding what was found, in a sentence
 * @param evidence the figures it rests on, at least one
 * @param window how long they were measured
 * @param property the property to change; {@code null} where it is the guest's code or
 * the JVM's options that should change
 * @param current what it is now
 * @param suggested what it should be, a value for the property where there is one
 * @param effect what is expected of it
 */
public record PerformanceRecommendation(String id, Severity severity, @Nullable String module, String finding,
		List<Evidence> evidence, Duration window, @Nullable String property, String current, String suggested,
		String effect) {

	public PerformanceRecommendation {
		evidence = List.copyOf(evidence);
		if (evidence.isEmpty()) {
			throw new IllegalArgumentException("A recommendation rests on evidence, but '" + id + "' has none");
		}
	}

	/** How much a recommendation matters. */
	public enum Severity {

		/** Something could be better. */
		INFO,
		/** Callers notice. */
		WARNING,
		/** Calls fail, or soon will. */
		CRITICAL

	}

	/**
	 * One figure.
	 *
	 * @param figure what it is, for example {@code pool.pending.mean}
	 * @param value its value
	 * @param unit its unit, for example {@code ns}, {@code bytes}, {@code calls} or
	 * {@code ratio}
	 */
	public record Evidence(String figure, double value, String unit) {
	}

}
