package dev.wasmsandbox.abi;

import dev.wasmsandbox.error.WasmSandboxException;

/**
 * A function bound for values of fixed kinds, and to where it runs: a session, with whose
 * thread it stays, or a clean instance for each call, from any thread.
 */
@FunctionalInterface
public interface BoundFunction {

	/**
	 * Runs it, and counts the call.
	 * @param call the arguments; the result is in it afterwards
	 * @throws WasmSandboxException as any call
	 */
	void call(AbiCall call);

}
