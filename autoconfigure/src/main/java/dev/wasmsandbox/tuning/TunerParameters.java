package dev.wasmsandbox.tuning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.tuning.TunerStatus.ParameterStatus;
import dev.wasmsandbox.tuning.TunerStatus.Pin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parameters there are, which of them are pinned, and their values. Whatever is set
 * goes through here: only what is not pinned, and only values within its range. For one
 * thread at a time.
 */
final class TunerParameters {

	private static final Logger log = LoggerFactory.getLogger(TunerParameters.class);

	private final Supplier<List<Tunable>> tunables;

	private final TunerOptions options;

	private final Set<String> requested = new TreeSet<>();

	/** What could not be set: it is left alone until somebody unpins it. */
	private final Set<String> failed = ConcurrentHashMap.newKeySet();

	/** Proven values of parameters that were not there yet. */
	private final Map<String, Double> waiting = new TreeMap<>();

	TunerParameters(Supplier<List<Tunable>> tunables, TunerOptions options) {
		this.tunables = tunables;
		this.options = options;
	}

	/** All that can be read, by id. */
	Map<String, Tunable> all() {
		Map<String, Tunable> all = new LinkedHashMap<>();
		for (Tunable tunable : this.tunables.get()) {
			if (value(tunable) != null && all.putIfAbsent(tunable.id(), tunable) != null) {
				log.warn("There are two parameters '{}'; the second one is left alone", tunable.id());
			}
		}
		return all;
	}

	private @Nullable Double value(Tunable tunable) {
		try {
			double value = tunable.value();
			return tunable.range().contains(value) ? (Double) value : null;
		}
		catch (RuntimeException ex) {
			if (this.failed.add(tunable.id())) {
				log.warn("The parameter '{}' cannot be read and is left alone", tunable.id(), ex);
			}
			return null;
		}
	}

	/** What the core is told of them. */
	List<Parameter> described(Map<String, Tunable> all) {
		return all.values().stream().map((tunable) -> Parameter.of(tunable, pin(tunable) != null)).toList();
	}

	/** The values in force. */
	static Map<String, Double> values(Map<String, Tunable> all) {
		Map<String, Double> values = new TreeMap<>();
		all.forEach((id, tunable) -> values.put(id, tunable.value()));
		return values;
	}

	/** Why a parameter keeps its value; {@code null} if it need not. */
	@Nullable Pin pin(Tunable tunable) {
		String id = tunable.id();
		if (this.requested.contains(id)) {
			return Pin.REQUESTED;
		}
		if (this.failed.contains(id)) {
			return Pin.FAILED;
		}
		if (this.options.pinned().contains(id) || this.options.pinned().contains(tunable.name())) {
			return Pin.CONFIGURED;
		}
		return (tunable.risk().compareTo(this.options.maxRisk()) > 0) ? Pin.RISK : null;
	}

	void request(String id) {
		this.requested.add(id);
	}

	/**
	 * Takes back what was requested.
	 * @throws IllegalArgumentException if it is pinned for another reason
	 */
	void release(Tunable tunable) {
		this.requested.remove(tunable.id());
		this.failed.remove(tunable.id());
		Pin left = pin(tunable);
		if (left != null) {
			throw new IllegalArgumentException("The parameter '" + tunable.id() + "' stays pinned, because of "
					+ ((left == Pin.CONFIGURED) ? "wasm.tuner.pinned" : "wasm.tuner.max-risk")
					+ "; change that property");
		}
	}

	/**
	 * Sets those that differ.
	 * @throws RuntimeException what the first one threw that could not be set, which is
	 * left alone from then on
	 */
	void set(Map<String, Tunable> all, Map<String, Double> wanted) {
		wanted.forEach((id, value) -> {
			Tunable tunable = all.get(id);
			if (tunable != null && tunable.value() != value && pin(tunable) == null) {
				set(tunable, value);
			}
		});
	}

	private void set(Tunable tunable, double value) {
		boolean set = false;
		try {
			tunable.set(value);
			set = true;
		}
		finally {
			if (!set) {
				this.failed.add(tunable.id());
			}
		}
	}

	/** Sets all that can be set, whatever the others throw, pinned or not. */
	void putBack(Map<String, Tunable> all, Map<String, Double> wanted) {
		wanted.forEach((id, value) -> {
			Tunable tunable = all.get(id);
			try {
				if (tunable != null && tunable.value() != value) {
					tunable.set(value);
				}
			}
			catch (RuntimeException ex) {
				this.failed.add(id);
				log.warn("The parameter '{}' cannot be put back to {} and stays as it is", id, value, ex);
			}
		});
	}

	/** Proven values of an earlier run, to be set when their parameters are there. */
	void restoreLater(Map<String, Double> proven) {
		this.waiting.putAll(proven);
	}

	/** Sets the proven values of an earlier run, each once. */
	void restore(Map<String, Tunable> all) {
		for (Map.Entry<String, Double> entry : List.copyOf(this.waiting.entrySet())) {
			Tunable tunable = all.get(entry.getKey());
			if (tunable != null) {
				this.waiting.remove(entry.getKey());
				if (pin(tunable) == null && tunable.range().contains(entry.getValue())) {
					putBack(all, Map.of(entry.getKey(), entry.getValue()));
				}
			}
		}
	}

	/** Pins that are configured but name nothing, which may be a misspelling. */
	List<String> unknownPins(Map<String, Tunable> all) {
		Set<String> known = new TreeSet<>(all.keySet());
		all.values().forEach((tunable) -> known.add(tunable.name()));
		return this.options.pinned().stream().filter((pin) -> !known.contains(pin)).sorted().toList();
	}

	List<ParameterStatus> status(Map<String, Double> proven) {
		List<ParameterStatus> status = new ArrayList<>();
		new TreeMap<>(all()).forEach((id, tunable) -> status.add(new ParameterStatus(id, tunable.unit(),
				tunable.range(), tunable.risk(), tunable.value(), proven.get(id), pin(tunable))));
		return status;
	}

	/** Values as they are written; those of parameters that are gone as numbers. */
	String written(Map<String, Double> values) {
		Map<String, Tunable> all = all();
		Map<String, String> written = new TreeMap<>();
		values.forEach((id, value) -> {
			Tunable tunable = all.get(id);
			written.put(id, (tunable != null) ? tunable.range().label(value) : value.toString());
		});
		return written.toString();
	}

}
