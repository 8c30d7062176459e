package dev.wasmsandbox.pool;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.WasmSandboxException;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether a pool can give sandboxes. As long as none was refused that should have
 * been made, it can, and nothing is done to find out. After that it is tried, at most
 * once a second, whether one can be had, until one can: a pool that nobody calls because
 * it failed would otherwise fail for good. Thread-safe; leases that succeed pay nothing
 * for it.
 */
final class ServiceCheck {

	private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

	private volatile @Nullable Failure last;

	/** Whether a failure came since a sandbox was had last by {@link #look}. */
	private volatile boolean doubtful;

	/** All below is guarded by this: what the last try said. */
	private boolean serving = true;

	private boolean tried;

	private long triedAt;

	/** A sandbox could not be had, and not because all are in use. */
	void failed(Throwable failure) {
		if (failure instanceof SandboxBusyException || failure instanceof SandboxInterruptedException) {
			return;
		}
		// What others throw may hold what is nobody's business.
		String what = (failure instanceof WasmSandboxException)
				? failure.getClass().getSimpleName() + ": " + failure.getMessage() : failure.getClass().getSimpleName();
		this.last = new Failure(what, Instant.now());
		this.doubtful = true;
	}

	/**
	 * Whether sandboxes can be had.
	 * @param inUse whether one is in use, which shows that they can
	 * @param attempt has one, and gives it back
	 */
	PoolHealth look(BooleanSupplier inUse, Runnable attempt) {
		boolean serves = !this.doubtful || inUse.getAsBoolean() || tryNow(attempt);
		return health(serves, false);
	}

	/** A pool that is closed: it gives none any more. */
	PoolHealth closed() {
		return health(false, true);
	}

	private PoolHealth health(boolean serves, boolean closed) {
		Failure failure = this.last;
		return (failure != null) ? new PoolHealth(serves, closed, failure.what(), failure.at())
				: new PoolHealth(serves, closed, null, null);
	}

	private synchronized boolean tryNow(Runnable attempt) {
		if (this.tried && System.nanoTime() - this.triedAt < PAUSE) {
			return this.serving;
		}
		this.serving = attempt(attempt);
		this.tried = true;
		this.triedAt = System.nanoTime();
		return this.serving;
	}

	private boolean attempt(Runnable attempt) {
		this.doubtful = false;
		try {
			attempt.run();
			return true;
		}
		catch (SandboxBusyException | SandboxInterruptedException _) {
			// Others came first, or the one who asks cannot wait: nothing was found out.
			this.doubtful = true;
			return true;
		}
		catch (RuntimeException | StackOverflowError ex) {
			failed(ex);
			return false;
		}
	}

	/**
	 * Why a sandbox could not be had, and when.
	 */
	private record Failure(String what, Instant at) {
	}

}
