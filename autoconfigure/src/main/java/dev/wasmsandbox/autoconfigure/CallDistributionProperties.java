package dev.wasmsandbox.autoconfigure;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

import dev.wasmsandbox.metrics.CallDistribution;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * What {@code management.metrics.distribution} wants of the meter {@code wasm.calls}:
 * {@code percentiles} and {@code percentiles-histogram}. Spring Boot applies them to
 * timers that record every call; this reads them for one that is made of what the library
 * has recorded already. A setting for a part of the name, such as {@code wasm}, or for
 * {@code all} counts as it does there.
 */
final class CallDistributionProperties {

	private static final String PREFIX = "management.metrics.distribution.";

	private static final String METER = "wasm.calls";

	private CallDistributionProperties() {
	}

	static CallDistribution read(Environment environment) {
		Binder binder = Binder.get(environment);
		double[] percentiles = find(binder, "percentiles", double[].class).orElse(new double[0]);
		boolean histogram = find(binder, "percentiles-histogram", Boolean.class).orElse(false);
		try {
			return new CallDistribution(Arrays.stream(percentiles).boxed().toList(), histogram);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "percentiles." + METER,
					Arrays.toString(percentiles), ex.getMessage(), ex);
		}
	}

	private static <T> Optional<T> find(Binder binder, String property, Class<T> type) {
		Map<String, T> all = binder.bind(PREFIX + property, Bindable.mapOf(String.class, type)).orElse(Map.of());
		String name = METER;
		while (!name.isEmpty()) {
			T value = all.get(name);
			if (value != null) {
				return Optional.of(value);
			}
			name = name.substring(0, Math.max(0, name.lastIndexOf('.')));
		}
		return Optional.ofNullable(all.get("all"));
	}

}
