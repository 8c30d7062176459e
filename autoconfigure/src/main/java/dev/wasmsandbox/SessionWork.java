package dev.wasmsandbox;

import java.util.HashMap;
import java.util.Map;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.observe.CallRecorder;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.observe.WorkRecorder;

/**
 * What one session did, counted in fields and told once, when it is closed. Failures are
 * told at once. Belongs to the session's thread.
 */
class SessionWork {

	private final WorkRecorder work;

	private final boolean listens;

	/** When a sandbox was asked for, and when it was there. */
	private long begun;

	/** By who is told, because made-up names of functions share one recorder. */
	private final Map<CallRecorder, Calls> calls = new HashMap<>();

	SessionWork(WorkRecorder work) {
		this.work = work;
		this.listens = work.listens();
		this.begun = now();
	}

	private long now() {
		return this.listens ? System.nanoTime() : 0;
	}

	/** There is a sandbox now. */
	void opened() {
		if (this.listens) {
			long now = System.nanoTime();
			this.work.acquired(now - this.begun);
			this.begun = now;
		}
	}

	/** The counts of one function. */
	Calls calls(String function) {
		return this.calls.computeIfAbsent(this.work.function(function),
				(recorder) -> new Calls(recorder, this.listens));
	}

	/** A call failed, or was refused. */
	void failed(String function, WasmSandboxException failure, Outcome outcome) {
		this.work.function(function).sessionCalls(outcome, 1, 0, 0);
	}

	/** There will be no session: no sandbox could be had. */
	void notOpened(Throwable failure) {
		// Counted by whoever wanted to open it.
	}

	/** The sandbox was given back. */
	void released() {
		// All is told before.
	}

	/**
	 * Tells all, before the sandbox is given back.
	 * @return how many calls succeeded
	 */
	long close(GuestInstance guest) {
		long successes = 0;
		for (Calls each : this.calls.values()) {
			successes += each.successes;
			if (this.listens && each.successes > 0) {
				each.recorder.sessionCalls(Outcome.SUCCESS, each.successes, each.timed, each.timedNanos);
			}
		}
		if (this.listens) {
			this.work.released(guest.memory().size());
			this.work.sessionClosed(System.nanoTime() - this.begun);
		}
		return successes;
	}

	/**
	 * The calls of one function that succeeded. The first one and every 1,024th after it
	 * are timed: a clock costs more than a call here.
	 */
	static final class Calls {

		private static final long EVERY = 1024;

		private final CallRecorder recorder;

		private final boolean listens;

		/** Read and written on the way of each call, so there is no method between. */
		long successes;

		private long timed;

		private long timedNanos;

		private Calls(CallRecorder recorder, boolean listens) {
			this.recorder = recorder;
			this.listens = listens;
		}

		/** Whether the next call is to be timed, if anybody listens. */
		boolean timesNext() {
			return (this.successes & (EVERY - 1)) == 0;
		}

		/** When a call began that is to be timed. */
		long begin() {
			return this.listens ? System.nanoTime() : 0;
		}

		/** A call that was timed has succeeded. */
		void timed(long begun) {
			if (this.listens) {
				this.timed++;
				this.timedNanos += System.nanoTime() - begun;
			}
		}

	}

}
