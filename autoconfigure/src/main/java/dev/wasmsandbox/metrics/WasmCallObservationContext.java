package dev.wasmsandbox.metrics;

import dev.wasmsandbox.observe.CallTracer.Subject;

/**
 * What is known about one call in a clean sandbox. Belongs to the observation; not
 * thread-safe.
 */
public final class WasmCallObservationContext extends WasmObservationContext {

	WasmCallObservationContext(Subject subject) {
		super(subject);
	}

	/** What is called, whatever the caller made up. */
	public String getFunction() {
		return subject().function();
	}

	/** Whether the module exports a function of that name. */
	public boolean isExported() {
		return subject().exported();
	}

}
