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
		super(moduleName, null, "the client " + client + " does not fit it:"
				+ String.join("", problems.stream().map((problem) -> "\n  - " + problem).toList()), null);
		this.client = client;
		this.problems = List.copyOf(problems);
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
