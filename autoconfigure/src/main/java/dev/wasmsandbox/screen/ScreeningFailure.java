package dev.wasmsandbox.screen;

import dev.wasmsandbox.error.ModuleRejectedException.Reason;

/** Carries a reason for refusal out of the reader; never leaves this package. */
final class ScreeningFailure extends RuntimeException {

	private final Reason reason;

	private ScreeningFailure(Reason reason, String message) {
		super(message, null, false, false);
		this.reason = reason;
	}

	static ScreeningFailure malformed(String message) {
		return new ScreeningFailure(Reason.MALFORMED, message);
	}

	static ScreeningFailure unsupported(String message) {
		return new ScreeningFailure(Reason.UNSUPPORTED, message);
	}

	static ScreeningFailure overLimit(String message) {
		return new ScreeningFailure(Reason.OVER_LIMIT, message);
	}

	Reason reason() {
		return this.reason;
	}

	String text() {
		return String.valueOf(getMessage());
	}

}
