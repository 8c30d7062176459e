package dev.wasmsandbox.metrics;

import dev.wasmsandbox.observe.CallTracer.Subject;
import dev.wasmsandbox.observe.Outcome;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a call or a session that is observed. Its outcome is known once it
 * has ended. Belongs to the observation; not thread-safe.
 */
public abstract sealed class WasmObservationContext extends Observation.Context
		permits WasmCallObservationContext, WasmSessionObservationContext {

	private final Subject subject;

	private @Nullable Outcome outcome;

	WasmObservationContext(Subject subject) {
		this.subject = subject;
	}

	Subject subject() {
		return this.subject;
	}

	/** The module's name. */
	public String getModule() {
		return this.subject.module();
	}

	/** In whose name it is made; {@code null} for nobody. */
	public @Nullable String getTenant() {
		return this.subject.tenant();
	}

	/** How it ended; {@code null} as long as it has not. */
	public @Nullable Outcome getOutcome() {
		return this.outcome;
	}

	void setOutcome(Outcome ended) {
		this.outcome = ended;
	}

}
