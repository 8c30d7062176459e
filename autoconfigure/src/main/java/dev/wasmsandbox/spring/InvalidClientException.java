package dev.wasmsandbox.spring;

/**
 * A type that cannot be an injected client is named by {@link ImportWasmClients} or found
 * by it. It is a mistake in the program, and fails the start.
 */
public final class InvalidClientException extends IllegalArgumentException {

	private final String client;

	private final String problem;

	InvalidClientException(String client, String problem) {
		super("A client is an interface with @WasmClient that names a module, but " + client + " " + problem);
		this.client = client;
		this.problem = problem;
	}

	/** The name of the type. */
	public String client() {
		return this.client;
	}

	/** What is wrong with it, to be read after its name. */
	public String problem() {
		return this.problem;
	}

}
