package dev.wasmsandbox.metrics;

import dev.wasmsandbox.observe.Outcome;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

/** The key values that observations of calls and of sessions both have. */
final class WasmObservationKeys {

	/** A function that the module does not export, and what is not known yet. */
	static final String UNKNOWN = "UNKNOWN";

	private WasmObservationKeys() {
	}

	static KeyValues low(WasmObservationContext context) {
		Outcome outcome = context.getOutcome();
		Throwable error = context.getError();
		return KeyValues.of(KeyValue.of("module", context.getModule()),
				KeyValue.of("outcome", (outcome != null) ? outcome.name() : UNKNOWN),
				KeyValue.of("error", (error != null) ? error.getClass().getSimpleName() : KeyValue.NONE_VALUE));
	}

	static KeyValues high(WasmObservationContext context) {
		@Nullable String tenant = context.getTenant();
		return (tenant != null) ? KeyValues.of("tenant", tenant) : KeyValues.empty();
	}

}
