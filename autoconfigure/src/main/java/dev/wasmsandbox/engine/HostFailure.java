package dev.wasmsandbox.engine;

/** Carries what a host function threw through the guest's frames. */
final class HostFailure extends RuntimeException {

	private final String function;

	HostFailure(String function, Throwable cause) {
		super(null, cause, false, false);
		this.function = function;
	}

	String function() {
		return this.function;
	}

}
