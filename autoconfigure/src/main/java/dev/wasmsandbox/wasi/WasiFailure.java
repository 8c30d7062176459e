package dev.wasmsandbox.wasi;

/**
 * Ends a WASI function with an error number. It has no stack trace, because guests may
 * cause as many as they like.
 */
final class WasiFailure extends Exception {

	private final transient Errno errno;

	WasiFailure(Errno errno) {
		super(errno.name(), null, false, false);
		this.errno = errno;
	}

	Errno errno() {
		return this.errno;
	}

}
