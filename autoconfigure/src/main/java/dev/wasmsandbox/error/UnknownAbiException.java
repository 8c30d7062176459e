package dev.wasmsandbox.error;

import java.util.List;

/**
 * No convention of the wanted name is known; it names those that are.
 */
public class UnknownAbiException extends WasmSandboxException {

	private final String requested;

	private final List<String> known;

	public UnknownAbiException(String moduleName, String requested, List<String> known) {
		super(moduleName, null, "there is no convention (abi) named '" + GuestText.name(requested)
				+ "'; there are auto, " + String.join(", ", known));
		this.requested = requested;
		this.known = List.copyOf(known);
	}

	/** The name that was wanted. */
	public String requested() {
		return this.requested;
	}

	/** The names there are, besides {@code auto}. */
	public List<String> known() {
		return this.known;
	}

}
