package dev.wasmsandbox.engine;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * What the host holds open for a guest during one lease. It is closed when the lease
 * ends, before anyone else has the sandbox, so that nothing of it reaches the next one.
 */
public final class LeaseHoldings {

	private @Nullable Closeable held;

	LeaseHoldings() {
	}

	/** What is held; opened at the first use. */
	public <T extends Closeable> T hold(Class<T> type, Supplier<T> opener) {
		Closeable kept = this.held;
		if (kept == null) {
			kept = opener.get();
			this.held = kept;
		}
		return type.cast(kept);
	}

	/** What is held, if anything is. */
	public <T extends Closeable> @Nullable T held(Class<T> type) {
		return (this.held != null) ? type.cast(this.held) : null;
	}

	void close() {
		Closeable kept = this.held;
		this.held = null;
		if (kept != null) {
			try {
				kept.close();
			}
			catch (IOException _) {
				// All is closed that can be; nothing of it is used again.
			}
		}
	}

}
