package dev.wasmsandbox.abi;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.GuestAccess;

/**
 * One function of a module under one convention, for values of fixed kinds. It keeps
 * nothing of a call, so that any number of threads may use it, each with a guest of its
 * own.
 */
@FunctionalInterface
public interface AbiFunction {

	/**
	 * Passes the arguments, runs the function and answers its result. Whatever it
	 * allocated in the guest is given back, also when it fails; a guest whose answers
	 * cannot be true is {@link GuestAccess#distrust distrusted}.
	 * @throws GuestAbiException if an argument cannot be passed, or the guest broke the
	 * convention
	 * @throws WasmSandboxException if the guest fails, as any call
	 */
	void call(GuestAccess guest, AbiCall call);

}
