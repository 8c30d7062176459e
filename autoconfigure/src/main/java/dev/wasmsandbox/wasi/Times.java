package dev.wasmsandbox.wasi;

import org.jspecify.annotations.Nullable;

/**
 * The times a guest wants a file to have, in nanoseconds since 1970; {@code null} leaves
 * one as it is.
 */
record Times(@Nullable Long accessed, @Nullable Long modified) {

	private static final int ACCESSED = 1;

	private static final int MODIFIED = 4;

	/** Reads the flags; "now" is what the guest may know of the time. */
	static Times of(WasiState state, long accessed, long modified, int flags) throws WasiFailure {
		if ((flags & ~15) != 0) {
			throw new WasiFailure(Errno.INVAL);
		}
		return new Times(time(state, accessed, flags / ACCESSED), time(state, modified, flags / MODIFIED));
	}

	private static @Nullable Long time(WasiState state, long given, int flags) throws WasiFailure {
		return switch (flags & 3) {
			case 0 -> null;
			case 1 -> TransferFunctions.offset(given);
			case 2 -> state.settings().clocks() ? state.realtime() : 0L;
			default -> throw new WasiFailure(Errno.INVAL);
		};
	}

}
