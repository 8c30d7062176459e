package dev.wasmsandbox.engine;

import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a lease that are not direct: they wait for a turn, count their work, come
 * from a host function, or are steps of one call. Who asks for one has checked that the
 * current thread may call; it is the lease's thread.
 */
final class GuestRuns {

	private final GuestInstance guest;

	/** Where runs wait for their turn; {@code null} where they need none. */
	private @Nullable RunGate gate;

	/** Whether the lease as a whole is one turn. */
	private boolean inTurn;

	/**
	 * Whether the next call is a step of {@link #within}, and no guest runs around it.
	 */
	private boolean stepping;

	GuestRuns(GuestInstance guest) {
		this.guest = guest;
	}

	/** Has runs wait from now on. */
	void inTurns(RunGate turns, boolean begun) {
		this.gate = turns;
		this.inTurn = begun;
	}

	boolean inTurns() {
		return this.gate != null;
	}

	boolean inTurn() {
		return this.inTurn;
	}

	boolean stepping() {
		return this.stepping;
	}

	/**
	 * Calls a function; from a host function in the time of the call it was called from.
	 */
	long @Nullable [] call(ModuleExport function, int index, long[] arguments) {
		if (this.guest.running()) {
			return nested(function, index, arguments);
		}
		RunGate turns = this.gate;
		if (turns == null || !turns.begin(this.guest.payer(), function.name())) {
			return entered(function, index, arguments);
		}
		try {
			return entered(function, index, arguments);
		}
		finally {
			turns.end();
		}
	}

	private long @Nullable [] entered(ModuleExport function, int index, long[] arguments) {
		LinearMemory control = this.guest.memory();
		control.enter();
		return this.guest.callEntered(function, index, arguments, control);
	}

	private long @Nullable [] nested(ModuleExport function, int index, long[] arguments) {
		boolean step = this.stepping;
		this.stepping = false;
		try {
			return this.guest.callNested(function, index, arguments, step);
		}
		finally {
			this.stepping = step;
		}
	}

	/** See {@link GuestInstance#within}. */
	<A, B, C> void within(String function, GuestInstance.Steps<A, B, C> steps, A first, B second, C third) {
		RunGate turns = this.guest.running() ? null : this.gate;
		if (turns == null || !turns.begin(this.guest.payer(), function)) {
			asOneCall(function, steps, first, second, third);
			return;
		}
		try {
			asOneCall(function, steps, first, second, third);
		}
		finally {
			turns.end();
		}
	}

	private <A, B, C> void asOneCall(String function, GuestInstance.Steps<A, B, C> steps, A first, B second, C third) {
		LinearMemory control = this.guest.memory();
		if (!control.enter()) {
			steps.run(first, second, third);
			return;
		}
		this.stepping = true;
		try {
			steps.run(first, second, third);
		}
		catch (GuestStopped | GuestExit | Error ex) {
			throw this.guest.fail(ex, function, false);
		}
		finally {
			this.stepping = false;
			if (this.guest.callable()) {
				control.exit();
			}
			else {
				control.exitFailed();
			}
		}
	}

}
