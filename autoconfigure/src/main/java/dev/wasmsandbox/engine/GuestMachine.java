package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Machine;

/**
 * The compiled code of one instance together with its control block, which code without a
 * memory finds through it.
 */
final class GuestMachine implements Machine {

	private final Machine code;

	private final GuestInstance guest;

	private final LinearMemory control;

	GuestMachine(Machine code, GuestInstance guest, LinearMemory control) {
		this.code = code;
		this.guest = guest;
		this.control = control;
	}

	LinearMemory control() {
		return this.control;
	}

	GuestInstance guest() {
		return this.guest;
	}

	@Override
	public long[] call(int function, long[] arguments) {
		return this.code.call(function, arguments);
	}

}
