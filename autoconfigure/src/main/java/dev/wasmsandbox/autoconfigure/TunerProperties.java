package dev.wasmsandbox.autoconfigure;

import java.nio.file.Path;
import java.util.function.BiConsumer;

import dev.wasmsandbox.tuning.TunerOptions;
import dev.wasmsandbox.tuning.TunerSettings;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.ClassUtils;

/**
 * Makes the options of the tuner of the properties below {@code wasm.tuner}. Refuses a
 * bad value as {@link WasmSettings} does.
 */
final class TunerProperties {

	private static final String PREFIX = "wasm.tuner.";

	private static final String JSON = "tools.jackson.databind.json.JsonMapper";

	private TunerProperties() {
	}

	static TunerOptions options(WasmProperties.Tuner properties) {
		TunerOptions options = TunerOptions.defaults().withMode(properties.mode()).withPinned(properties.pinned());
		options = WasmSettings.apply(options, PREFIX + "interval", properties.interval(),
				(all, value) -> all.withTimes(value, all.observation()));
		options = WasmSettings.apply(options, PREFIX + "observation", properties.observation(),
				(all, value) -> all.withTimes(all.interval(), value));
		options = WasmSettings.apply(options, PREFIX + "max-risk", properties.maxRisk(), TunerOptions::withMaxRisk);
		Path stateFile = properties.stateFile();
		if (stateFile != null && !ClassUtils.isPresent(JSON, null)) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "state-file", stateFile,
					"The state is written as JSON; add tools.jackson.core:jackson-databind to the class path");
		}
		return options.withStateFile(stateFile).withSettings(settings(properties));
	}

	private static TunerSettings settings(WasmProperties.Tuner properties) {
		Values values = new Values(TunerSettings.defaults());
		values.set("min-improvement", properties.minImprovement(), (all, value) -> all.minImprovement = value);
		values.set("min-confidence", properties.minConfidence(), (all, value) -> all.minConfidence = value);
		values.set("regression", properties.regression(), (all, value) -> all.regression = value);
		values.set("error", properties.error(), (all, value) -> all.error = value);
		values.set("min-operations", properties.minOperations(), (all, value) -> all.minOperations = value);
		values.set("max-windows", properties.maxWindows(), (all, value) -> all.maxWindows = value);
		values.set("cool-down", properties.coolDown(), (all, value) -> all.coolDown = value);
		values.set("calibration", properties.calibration(), (all, value) -> all.calibration = value);
		values.set("memory", properties.memory(), (all, value) -> all.memory = value);
		values.set("explorations", properties.explorations(), (all, value) -> all.explorations = value);
		values.set("reach", properties.reach(), (all, value) -> all.reach = value);
		values.set("history", properties.history(), (all, value) -> all.history = value);
		return values.settings();
	}

	/** Settings that are being put together; checked after each value. */
	private static final class Values {

		private double minImprovement;

		private double minConfidence;

		private double regression;

		private double error;

		private long minOperations;

		private int maxWindows;

		private int coolDown;

		private int calibration;

		private int memory;

		private int explorations;

		private double reach;

		private int history;

		Values(TunerSettings from) {
			this.minImprovement = from.minImprovement();
			this.minConfidence = from.minConfidence();
			this.regression = from.regression();
			this.error = from.error();
			this.minOperations = from.minOperations();
			this.maxWindows = from.maxWindows();
			this.coolDown = from.coolDown();
			this.calibration = from.calibration();
			this.memory = from.memory();
			this.explorations = from.explorations();
			this.reach = from.reach();
			this.history = from.history();
		}

		<V> void set(String property, V value, BiConsumer<Values, V> change) {
			TunerSettings ignored = WasmSettings.apply(settings(), PREFIX + property, value, (_, wanted) -> {
				change.accept(this, wanted);
				return settings();
			});
		}

		TunerSettings settings() {
			return new TunerSettings(false, this.minImprovement, this.minConfidence, this.regression, this.error,
					this.minOperations, this.maxWindows, this.coolDown, this.calibration, this.memory,
					this.explorations, this.reach, this.history);
		}

	}

}
