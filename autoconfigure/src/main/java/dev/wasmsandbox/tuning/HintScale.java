package dev.wasmsandbox.tuning;

import java.util.List;

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
	 * That nothing is to be gained by other values.
	 * @param less by lesser ones too, or only by greater ones
	 */
	List<Hint> nothing(Tunable tunable, String why, boolean less) {
		TuningRange range = tunable.range();
		double now = tunable.value();
		return range.values()
			.stream()
			.filter((value) -> (value > now || less) && value != now)
			.map((value) -> new Hint(tunable.id(), value, 0, 0, why))
			.toList();
	}

}
