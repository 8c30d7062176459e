package dev.wasmsandbox.screen;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.LimitPassed;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import org.jspecify.annotations.Nullable;

/** Carries a reason for refusal out of the reader; never leaves this package. */
final class ScreeningFailure extends RuntimeException {

	private final Reason reason;

	private final @Nullable LimitPassed limit;

	private ScreeningFailure(Reason reason, @Nullable LimitPassed limit, String message) {
		super(message, null, false, false);
		this.reason = reason;
		this.limit = limit;
	}

	static ScreeningFailure malformed(String message) {
		return new ScreeningFailure(Reason.MALFORMED, null, message);
	}

	static ScreeningFailure unsupported(String message) {
		return new ScreeningFailure(Reason.UNSUPPORTED, null, message);
	}

	static ScreeningFailure overLimit(String limit, long value, long asked, String message) {
		return new ScreeningFailure(Reason.OVER_LIMIT, new LimitPassed(limit, value, asked), message);
	}

	/** The exception that users see. */
	ModuleRejectedException rejection(@Nullable String moduleName) {
		String message = switch (this.reason) {
			case MALFORMED -> "this is not a valid WebAssembly module: " + getMessage();
			case UNSUPPORTED -> "this module cannot be run here: it " + getMessage();
			default -> String.valueOf(getMessage());
		};
		return (this.limit != null) ? new ModuleRejectedException(moduleName, this.limit, message)
				: new ModuleRejectedException(moduleName, null, this.reason, message, null);
	}

}
