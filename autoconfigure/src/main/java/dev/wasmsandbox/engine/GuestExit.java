package dev.wasmsandbox.engine;

/**
 * Unwinds a guest that ended itself. Has no stack trace: it is expected.
 */
final class GuestExit extends RuntimeException {

	private final int code;

	GuestExit(int code) {
		super("exit " + code, null, false, false);
		this.code = code;
	}

	int code() {
		return this.code;
	}

}
