package dev.wasmsandbox.screen;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.LimitPassed;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import org.jspecify.annotations.Nullable;

/** Carries a reason for refusal out of the reader; never leaves this package. */
final class ScreeningFailure extends RuntimeException {

	private final Reason reason;

	private final @Nullable LimitPassed limit;

	/** The property that could allow it, where it is none of a limit. */
	private final @Nullable String property;

	private ScreeningFailure(Reason reason, @Nullable LimitPassed limit, @Nullable String property, String message) {
		super(message, null, false, false);
		this.reason = reason;
		this.limit = limit;
		this.property = property;
	}

	static ScreeningFailure malformed(String message) {
		return new ScreeningFailure(Reason.MALFORMED, null, null, message);
	}

	static ScreeningFailure unsupported(String message) {
		return new ScreeningFailure(Reason.UNSUPPORTED, null, null, message);
	}

	/** The engine would run it, but a property of the module does not allow it. */
	static ScreeningFailure notAllowed(String property, String message) {
		return new ScreeningFailure(Reason.UNSUPPORTED, null, property, message);
	}

	static ScreeningFailure overLimit(String limit, long value, long asked, String message) {
		return new ScreeningFailure(Reason.OVER_LIMIT, new LimitPassed(limit, value, asked), null, message);
	}

	/** The exception that users see. */
	ModuleRejectedException rejection(@Nullable String moduleName) {
		String message = switch (this.reason) {
			case MALFORMED -> "this is not a valid WebAssembly module: " + getMessage();
			case UNSUPPORTED -> "this module cannot be run here: it " + getMessage();
			default -> String.valueOf(getMessage());
		};
		if (this.limit != null) {
			return new ModuleRejectedException(moduleName, this.limit, message);
		}
		return (this.property != null)
				? new ModuleRejectedException(moduleName, null, this.reason, this.property, message, null)
				: new ModuleRejectedException(moduleName, null, this.reason, message, null);
	}

}
