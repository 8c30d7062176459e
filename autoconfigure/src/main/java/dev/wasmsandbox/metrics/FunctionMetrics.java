package dev.wasmsandbox.metrics;

import java.util.concurrent.atomic.LongAdder;

import dev.wasmsandbox.observe.CallRecorder;
import dev.wasmsandbox.observe.Outcome;

/**
 * The calls of one function: counts that are exact, and times over a window. Recording is
 * thread-safe; what a module did is the sum of its functions, so that a call is recorded
 * once.
 */
@SuppressWarnings("EnumOrdinal") // an index into an array that nobody else sees
final class FunctionMetrics implements CallRecorder {

	/** In nanoseconds: of such calls the clock takes about a hundredth. */
	private static final long LONG = 50_000;

	/** One of so many calls of a slice. */
	private static final int MANY = 8;

	private final String name;

	/** Whether many calls of this slice are longer. */
	private volatile boolean takesLong;

	private volatile long callsBefore;

	private volatile long longBefore;

	private final LongAdder[] clean = new LongAdder[Outcome.values().length];

	private final LongAdder[] held = new LongAdder[Outcome.values().length];

	private final LongAdder cleanNanos = new LongAdder();

	private final LongAdder heldTimed = new LongAdder();

	private final LongAdder heldTimedNanos = new LongAdder();

	private final LongAdder longCalls = new LongAdder();

	/** The part of {@link #cleanNanos} of calls that got no sandbox. */
	private final LongAdder refusedNanos = new LongAdder();

	private final LongAdder processorTimed = new LongAdder();

	private final LongAdder processorNanos = new LongAdder();

	private final LatencyHistogram latency;

	FunctionMetrics(String name, int slices) {
		this.name = name;
		this.latency = new LatencyHistogram(slices);
		for (int i = 0; i < this.clean.length; i++) {
			this.clean[i] = new LongAdder();
			this.held[i] = new LongAdder();
		}
	}

	String name() {
		return this.name;
	}

	@Override
	public void call(Outcome outcome, long nanos) {
		this.clean[outcome.ordinal()].increment();
		this.cleanNanos.add(nanos);
		this.latency.record(nanos);
		if (outcome == Outcome.BUSY) {
			this.refusedNanos.add(nanos);
		}
		else if (nanos > LONG) {
			this.longCalls.increment();
			if (!this.takesLong) {
				estimate();
			}
		}
	}

	/** One slow call among many fast ones must not have all of them asked. */
	private void estimate() {
		long calls = this.latency.recorded() - this.callsBefore;
		this.takesLong = calls > 0 && MANY * (this.longCalls.sum() - this.longBefore) >= calls;
	}

	/** A function may become faster or slower. */
	void endSlice() {
		this.latency.endSlice();
		estimate();
		this.callsBefore = this.latency.recorded();
		this.longBefore = this.longCalls.sum();
	}

	@Override
	public boolean takesLong() {
		return this.takesLong;
	}

	@Override
	public void processor(long nanos) {
		this.processorTimed.increment();
		this.processorNanos.add(nanos);
		if (this.takesLong) {
			estimate();
		}
	}

	@Override
	public void refused(Outcome outcome) {
		this.clean[outcome.ordinal()].increment();
	}

	@Override
	public void sessionCalls(Outcome outcome, long calls, long timed, long timedNanos) {
		this.held[outcome.ordinal()].add(calls);
		if (timed > 0) {
			this.heldTimed.add(timed);
			this.heldTimedNanos.add(timedNanos);
		}
	}

	/** All that was counted so far. */
	CallCounts counts() {
		return new CallCounts(OutcomeCounts.of((outcome) -> this.clean[outcome.ordinal()].sum()),
				OutcomeCounts.of((outcome) -> this.held[outcome.ordinal()].sum()), this.cleanNanos.sum(),
				this.heldTimed.sum(), this.heldTimedNanos.sum(), this.refusedNanos.sum(), this.processorTimed.sum(),
				this.processorNanos.sum());
	}

	LatencyHistogram latency() {
		return this.latency;
	}

}
