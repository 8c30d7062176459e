package dev.wasmsandbox.engine;

import com.dylibso.chicory.wabt.Wat2Wasm;

/** Assembles small modules for one test. */
public final class Wat {

	private Wat() {
	}

	public static byte[] assemble(String text) {
		return Wat2Wasm.parse(text);
	}

}
