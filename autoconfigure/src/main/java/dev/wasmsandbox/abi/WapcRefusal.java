package dev.wasmsandbox.abi;

/**
 * A host call of a waPC guest failed. The guest is told the message and goes on.
 */
public class WapcRefusal extends Exception {

	/**
	 * A refusal.
	 * @param message what the guest is told
	 */
	public WapcRefusal(String message) {
		super(message);
	}

}
