package dev.wasmsandbox.actuate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import dev.wasmsandbox.observe.TuningRange;
import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;
import dev.wasmsandbox.tuning.TunerMode;
import dev.wasmsandbox.tuning.TunerStatus.ParameterStatus;
import org.jspecify.annotations.Nullable;

/** What the {@link TunerEndpoint} does to the tuner; each needs access to write. */
public enum TunerAction {

	/** The kill switch: proven values are put back, and nothing is changed any more. */
	STOP {

		@Override
		void perform(AdaptivePerformanceTuner tuner, @Nullable String parameter, @Nullable String value) {
			tuner.stop();
		}

	},

	/** Ends {@link #STOP}. */
	RESUME {

		@Override
		void perform(AdaptivePerformanceTuner tuner, @Nullable String parameter, @Nullable String value) {
			if (tuner.options().mode() == TunerMode.OFF) {
				throw new IllegalArgumentException("The tuner is off; set wasm.tuner.mode");
			}
			tuner.resume();
		}

	},

	/** Has a parameter keep its proven value, or the given one. */
	PIN {

		@Override
		void perform(AdaptivePerformanceTuner tuner, @Nullable String parameter, @Nullable String value) {
			String id = required(parameter);
			if (value == null) {
				tuner.pin(id);
			}
			else {
				tuner.pin(id, number(tuner, id, value));
			}
		}

	},

	/** Ends {@link #PIN}. */
	UNPIN {

		@Override
		void perform(AdaptivePerformanceTuner tuner, @Nullable String parameter, @Nullable String value) {
			tuner.unpin(required(parameter));
		}

	};

	/**
	 * Does it, before it returns.
	 * @throws IllegalArgumentException if it cannot be done so
	 */
	abstract void perform(AdaptivePerformanceTuner tuner, @Nullable String parameter, @Nullable String value);

	private static String required(@Nullable String parameter) {
		if (parameter == null) {
			throw new IllegalArgumentException(
					"This action needs a 'parameter', for example \"parameter\": \"image/pool.max-size\"");
		}
		return parameter;
	}

	private static double number(AdaptivePerformanceTuner tuner, String id, String text) {
		TuningRange range = tuner.status()
			.parameters()
			.stream()
			.filter((parameter) -> parameter.id().equals(id))
			.map(ParameterStatus::range)
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("There is no parameter '" + id + "'"));
		return range.values()
			.stream()
			.filter((value) -> range.label(value).equalsIgnoreCase(text.strip()))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("The parameter '" + id + "' cannot be '" + text
					+ "'; it may be one of " + range.values().stream().map(range::label).toList()));
	}

	/** Its name in requests. */
	public String text() {
		return name().toLowerCase(Locale.ROOT);
	}

	/**
	 * The action of the given name, in upper or lower case.
	 * @throws IllegalArgumentException if there is none
	 */
	static TunerAction of(String text) {
		List<TunerAction> all = Arrays.asList(values());
		return all.stream()
			.filter((action) -> action.text().equalsIgnoreCase(text))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("There is no action '" + text + "'; there are "
					+ String.join(", ", all.stream().map(TunerAction::text).toList())));
	}

}
