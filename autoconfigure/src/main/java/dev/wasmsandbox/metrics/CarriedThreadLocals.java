package dev.wasmsandbox.metrics;

import dev.wasmsandbox.observe.CallTracer.Restored;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;

/**
 * Takes thread locals from one thread to another, all that are registered with
 * Micrometer's context propagation but the observation. That one is the parent of what
 * follows, which may begin after it has ended; nobody may open its scope then.
 * Thread-safe.
 */
final class CarriedThreadLocals {

	private final ContextSnapshotFactory factory = ContextSnapshotFactory.builder()
		.captureKeyPredicate((key) -> !ObservationThreadLocalAccessor.KEY.equals(key))
		.build();

	/** What this thread has, to be set on another one. */
	Captured capture() {
		ContextSnapshot snapshot = this.factory.captureAll();
		return () -> snapshot.setThreadLocals()::close;
	}

	/** What one thread had. */
	@FunctionalInterface
	interface Captured {

		/** Sets it on the current thread. */
		Restored restore();

	}

}
