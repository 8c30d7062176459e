package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Machine;

/**
 * The compiled code of one instance together with its sandbox, which code without a
 * memory and host functions find through it.
 */
final class GuestMachine implements Machine {

	private final Machine code;

	private final LinearMemory control;

	GuestMachine(Machine code, Sandbox sandbox) {
		this.code = code;
		this.control = sandbox.memory();
	}

	LinearMemory control() {
		return this.control;
	}

	@Override
	public long[] call(int function, long[] arguments) {
		return this.code.call(function, arguments);
	}

}
