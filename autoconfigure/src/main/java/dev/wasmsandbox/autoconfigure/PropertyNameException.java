package dev.wasmsandbox.autoconfigure;

/**
 * The name of a property below {@code wasm} would be read as another one. Its message
 * names the property and never shows its value.
 */
final class PropertyNameException extends RuntimeException {

	private final String action;

	PropertyNameException(String message, String action) {
		super(message);
		this.action = action;
	}

	/** What to do about it. */
	String action() {
		return this.action;
	}

}
