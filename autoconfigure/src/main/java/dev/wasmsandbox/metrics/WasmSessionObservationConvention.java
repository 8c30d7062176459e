package dev.wasmsandbox.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names observations of sessions and says which key values they have. It is asked when
 * one begins and again when it ends, on the threads that do that: implement it
 * thread-safe.
 */
public interface WasmSessionObservationConvention extends ObservationConvention<WasmSessionObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof WasmSessionObservationContext;
	}

}
