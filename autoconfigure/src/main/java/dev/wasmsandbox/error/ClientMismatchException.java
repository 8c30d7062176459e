package dev.wasmsandbox.error;

import java.util.List;

/**
 * A typed client does not fit its module. It names all methods that do not, with what was
 * wanted and what was found.
 */
public final class ClientMismatchException extends GuestAbiException {

	private final String client;

	private final List<String> problems;

	public ClientMismatchException(String moduleName, String client, List<String> problems) {
		super(moduleName, null, "the client " + client + " does not fit it:", null);
		this.client = client;
		this.problems = problems.stream().map(GuestText::message).toList();
	}

	/** Has a line for each method. */
	@Override
	public String getMessage() {
		return super.getMessage() + String.join("", this.problems.stream().map((line) -> "\n  - " + line).toList());
	}

	/** The name of the client's interface. */
	public String client() {
		return this.client;
	}

	/** A line for each method that does not fit. */
	public List<String> problems() {
		return this.problems;
	}

}
