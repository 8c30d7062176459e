package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoublePredicate;

import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.TuningRange;
import dev.wasmsandbox.tuning.WindowSample.Hint;
import org.jspecify.annotations.Nullable;

/**
 * Makes hints: by how much of the score, how uncertain, and for which value that one move
 * can reach. Immutable.
 */
final class HintScale {

	/** What an estimate is cut to: no change makes calls take no time. */
	static final double MOST_GAIN = 4;

	/** Less is not worth a trial. */
	static final double NOTICEABLE = 0.02;

	/** How far an estimate may be wrong, a part of it. */
	private static final double DOUBT = 0.4;

	/** Of what is known to be between nothing and a bound, mean and deviation. */
	private static final double HALF = 0.5;

	private static final double SPREAD = 0.6;

	/** How far one move may go, a part of the range. */
	private final double reach;

	HintScale(double reach) {
		this.reach = reach;
	}

	/**
	 * What a gain is of all calls.
	 * @param gain of some calls, 1 has them take half the time
	 * @param part of the time of all calls that those take
	 */
	static double ofAll(double gain, double part) {
		double saved = Math.min(1, Math.max(0, part)) * gain / (1 + gain);
		return 1 / (1 - saved) - 1;
	}

	/** The value that is nearest, but another one than now, and within one move. */
	double towards(TuningRange range, double now, double wanted) {
		int at = range.indexOf(now);
		int to = range.indexOf(wanted);
		if (to == at) {
			to = (wanted > now) ? at + 1 : at - 1;
		}
		int far = far(range);
		return range.values().get(Math.clamp(Math.clamp((long) to, at - far, at + far), 0, range.size() - 1));
	}

	private int far(TuningRange range) {
		return (int) Math.max(1, Math.round(this.reach * (range.size() - 1)));
	}

	/** A gain that is known about; nothing if it is none worth a trial. */
	@Nullable Hint gains(Tunable tunable, double value, double gain, String why) {
		return (gain >= NOTICEABLE) ? expects(tunable, value, gain, why) : null;
	}

	/** A gain, or a loss, that is known about, however small. */
	@Nullable Hint expects(Tunable tunable, double value, double gain, String why) {
		boolean says = value != tunable.value() && tunable.range().contains(value);
		double most = Math.clamp(gain, -0.9, MOST_GAIN);
		return says ? new Hint(tunable.id(), value, most, Math.abs(most) * DOUBT, why) : null;
	}

	/**
	 * That greater values gain something, but no more than so much, and no more than in
	 * proportion; nothing, if that is not worth a trial.
	 */
	List<Hint> atMost(Tunable tunable, double most, String why) {
		double likely = HALF * Math.min(most, MOST_GAIN);
		if (likely < NOTICEABLE) {
			return greater(tunable, why);
		}
		TuningRange range = tunable.range();
		double now = tunable.value();
		int at = range.indexOf(now);
		List<Hint> hints = new ArrayList<>();
		for (int index = at + 1; index < Math.min(range.size(), at + 1 + far(range)); index++) {
			double value = range.values().get(index);
			double gain = (now > 0) ? Math.min(likely, value / now - 1) : likely;
			hints.add(new Hint(tunable.id(), value, gain, SPREAD * gain, why));
		}
		return hints;
	}

	/** That nothing is to be gained by greater values. */
	List<Hint> greater(Tunable tunable, String why) {
		return nothing(tunable, why, (value) -> value > tunable.value());
	}

	/** That nothing is to be gained by lesser values. */
	List<Hint> lesser(Tunable tunable, String why) {
		return nothing(tunable, why, (value) -> value < tunable.value());
	}

	/** That nothing is to be gained by any other value. */
	List<Hint> others(Tunable tunable, String why) {
		return nothing(tunable, why, (value) -> value != tunable.value());
	}

	private static List<Hint> nothing(Tunable tunable, String why, DoublePredicate useless) {
		return tunable.range()
			.values()
			.stream()
			.filter(useless::test)
			.map((value) -> new Hint(tunable.id(), value, 0, 0, why))
			.toList();
	}

	static String percent(double part) {
		return String.format(Locale.ROOT, "%.1f%%", 100 * part);
	}

}
