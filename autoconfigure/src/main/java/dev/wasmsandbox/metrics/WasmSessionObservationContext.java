package dev.wasmsandbox.metrics;

import dev.wasmsandbox.observe.CallTracer.Subject;

/**
 * What is known about one session. Belongs to the observation; not thread-safe.
 */
public final class WasmSessionObservationContext extends WasmObservationContext {

	private final String instanceId;

	WasmSessionObservationContext(Subject subject, String instanceId) {
		super(subject);
		this.instanceId = instanceId;
	}

	/** The label it was opened with, or one made up. */
	public String getInstanceId() {
		return this.instanceId;
	}

}
