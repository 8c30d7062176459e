package dev.wasmsandbox.abi;

import dev.wasmsandbox.guest.HostContext;

/**
 * Answers the calls that waPC guests make to their host. An application that answers any
 * offers one of these, and grants the capability {@value #CAPABILITY} to the modules that
 * may call it. Called by several threads at once.
 */
@FunctionalInterface
public interface WapcHost {

	/** What a module must be granted to call the host. */
	String CAPABILITY = "wapc.host";

	/**
	 * Answers a call. All names are the guest's to choose.
	 * @param context the guest that calls
	 * @param payload what it passes; the receiver's own
	 * @return the answer
	 * @throws WapcRefusal to tell the guest that the call failed, and why
	 * @throws Exception anything else ends the guest's call with a
	 * {@code HostFunctionException} whose cause it is
	 */
	byte[] call(HostContext context, String binding, String namespace, String operation, byte[] payload)
			throws Exception;

}
