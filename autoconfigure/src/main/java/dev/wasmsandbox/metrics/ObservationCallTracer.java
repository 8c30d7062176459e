package dev.wasmsandbox.metrics;

import dev.wasmsandbox.observe.CallTracer;
import dev.wasmsandbox.observe.Outcome;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Makes a Micrometer observation of each call and each session. A call's is the current
 * one while it runs, so that what host functions do is part of it, and a child of the one
 * that was current where the call was asked for, on whichever thread. A session's is
 * never the current one, because sessions may overlap. Thread-safe.
 */
public final class ObservationCallTracer implements CallTracer {

	private static final WasmCallObservationConvention CALL = new DefaultWasmCallObservationConvention();

	private static final WasmSessionObservationConvention SESSION = new DefaultWasmSessionObservationConvention();

	private static final Restored NOTHING = () -> {
	};

	private final ObservationRegistry registry;

	private final @Nullable WasmCallObservationConvention callConvention;

	private final @Nullable WasmSessionObservationConvention sessionConvention;

	/** {@code null} without Micrometer's context propagation. */
	private final @Nullable CarriedThreadLocals threadLocals;

	/**
	 * Makes a tracer that also takes thread locals to the threads of asynchronous calls,
	 * if Micrometer's context propagation is on the class path.
	 * @param callConvention how calls are named; {@code null} for the default
	 * @param sessionConvention how sessions are named; {@code null} for the default
	 */
	public ObservationCallTracer(ObservationRegistry registry, @Nullable WasmCallObservationConvention callConvention,
			@Nullable WasmSessionObservationConvention sessionConvention) {
		this(registry, callConvention, sessionConvention, canCarry());
	}

	ObservationCallTracer(ObservationRegistry registry, @Nullable WasmCallObservationConvention callConvention,
			@Nullable WasmSessionObservationConvention sessionConvention, boolean carry) {
		this.registry = registry;
		this.callConvention = callConvention;
		this.sessionConvention = sessionConvention;
		this.threadLocals = carry ? new CarriedThreadLocals() : null;
	}

	private static boolean canCarry() {
		try {
			Class.forName("io.micrometer.context.ContextSnapshotFactory", false,
					ObservationCallTracer.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException _) {
			return false;
		}
	}

	@Override
	public Trace call(Subject subject, @Nullable Origin origin) {
		WasmCallObservationContext context = new WasmCallObservationContext(subject);
		if (origin instanceof Caller caller) {
			context.setParentObservation(caller.observation());
		}
		Observation observation = Observation.createNotStarted(this.callConvention, CALL, () -> context, this.registry)
			.start();
		Observation.Scope scope = observation.openScope();
		return (outcome, failure) -> {
			scope.close();
			end(observation, context, outcome, failure);
		};
	}

	@Override
	public Trace session(Subject subject, String instanceId) {
		WasmSessionObservationContext context = new WasmSessionObservationContext(subject, instanceId);
		Observation observation = Observation
			.createNotStarted(this.sessionConvention, SESSION, () -> context, this.registry)
			.start();
		return (outcome, failure) -> end(observation, context, outcome, failure);
	}

	private static void end(Observation observation, WasmObservationContext context, Outcome outcome,
			@Nullable Throwable failure) {
		context.setOutcome(outcome);
		if (failure != null) {
			observation.error(failure);
		}
		observation.stop();
	}

	@Override
	public Origin origin() {
		CarriedThreadLocals carried = this.threadLocals;
		return new Caller(this.registry.getCurrentObservation(), (carried != null) ? carried.capture() : null);
	}

	private record Caller(@Nullable Observation observation,
			CarriedThreadLocals.@Nullable Captured threadLocals) implements Origin {

		@Override
		public Restored restore() {
			CarriedThreadLocals.Captured captured = this.threadLocals;
			return (captured != null) ? captured.restore() : NOTHING;
		}

	}

}
