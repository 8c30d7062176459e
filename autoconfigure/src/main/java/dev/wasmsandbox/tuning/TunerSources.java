package dev.wasmsandbox.tuning;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.wasmsandbox.metrics.CallCounts;
import dev.wasmsandbox.observe.Tunable;

/**
 * Where the tuner looks. Immutable.
 *
 * @param tunables what may be changed, at this moment
 * @param work all calls so far, by module and function
 * @param hints what is known to help, of the given parameters
 * @param seed where its generator starts
 */
record TunerSources(Supplier<List<Tunable>> tunables, Supplier<Map<String, CallCounts>> work,
		Function<Map<String, Tunable>, List<WindowSample.Hint>> hints, long seed) {
}
