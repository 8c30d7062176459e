package dev.wasmsandbox.engine;

/** Unwinds a guest that was stopped from outside. Has no stack trace: it is expected. */
final class GuestStopped extends RuntimeException {

	private final StopReason reason;

	GuestStopped(StopReason reason) {
		super(reason.name(), null, false, false);
		this.reason = reason;
	}

	StopReason reason() {
		return this.reason;
	}

}
