package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;

/**
 * What compiled guests call at every loop and function entry in place of the engine's own
 * look at the thread's interrupt status. Public because compiled code lives in a class
 * loader of its own; nothing else calls it.
 */
public final class GuestCheck {

	private GuestCheck() {
	}

	/** For modules with a memory. */
	public static void check(Memory memory) {
		((LinearMemory) memory).check();
	}

	/** For modules without one. */
	public static void check(Instance instance) {
		((GuestMachine) instance.getMachine()).control().check();
	}

}
