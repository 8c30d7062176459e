package dev.wasmsandbox.tuning;

import java.util.List;
import java.util.Map;

/**
 * What was seen in one window of observation, in which one configuration was active
 * throughout. Immutable.
 *
 * @param configuration the values of all parameters, by id, as they were active
 * @param score how well it went, more is better and twice as much is twice as good:
 * operations a second, or one divided by a mean time
 * @param noise the standard error of the score as a part of it, as far as the window
 * knows it itself; 0 if it does not
 * @param operations how many operations the score rests on
 * @param hints what is known to help besides, for example recommendations; may be empty
 */
public record WindowSample(Map<String, Double> configuration, double score, double noise, long operations,
		List<Hint> hints) {

	public WindowSample {
		configuration = Map.copyOf(configuration);
		hints = List.copyOf(hints);
	}

	public WindowSample(Map<String, Double> configuration, double score, double noise, long operations) {
		this(configuration, score, noise, operations, List.of());
	}

	/**
	 * What somebody else expects of a value, for example the rule of a recommendation. It
	 * is where the search begins, and counts as little as its uncertainty says. A value
	 * that can gain nothing is not tried.
	 *
	 * @param parameter the id of a parameter
	 * @param value the value it should have
	 * @param gain the expected gain as a part of the score, 0.2 is a fifth more
	 * @param uncertainty the standard error of the gain
	 * @param why the evidence in a sentence
	 */
	public record Hint(String parameter, double value, double gain, double uncertainty, String why) {

		/** Whether it may gain more than so much. */
		boolean promises(double least) {
			return this.gain + this.uncertainty > least;
		}

	}

}
