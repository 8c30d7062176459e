package dev.wasmsandbox.error;

import java.util.Collection;
import java.util.List;

/**
 * No module is loaded under the name that was asked for.
 */
public class UnknownModuleException extends WasmSandboxException {

	private final String requested;

	private final List<String> known;

	public UnknownModuleException(String requested, Collection<String> known) {
		super(null, null, "No module named '" + GuestText.name(requested) + "' is loaded; known modules: "
				+ (known.isEmpty() ? "none" : String.join(", ", known)));
		this.requested = requested;
		this.known = List.copyOf(known);
	}

	/** The name that was asked for. */
	public String requested() {
		return this.requested;
	}

	/** The names that would have been answered. */
	public List<String> known() {
		return this.known;
	}

}
