package dev.wasmsandbox.memory;

/** Reaches what only the memory itself may: for tests of the parts above it. */
public final class MemoryInspector {

	private MemoryInspector() {
	}

	/** Does what a budget does that is used up. */
	public static void wantIdleBack(MemoryAccount account) {
		account.measured(0, 1);
		account.reclaimIdle();
	}

}
