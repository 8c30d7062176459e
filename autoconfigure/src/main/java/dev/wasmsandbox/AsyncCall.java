package dev.wasmsandbox;

import java.util.concurrent.CompletableFuture;

import dev.wasmsandbox.engine.GuestInstance;
import org.jspecify.annotations.Nullable;

/**
 * A call on another thread. Cancelling it, or completing it exceptionally, stops the
 * guest: the lease is told, and the watchdog ends the call at its next tick. A lease that
 * begins after the cancellation is given back without a call.
 */
class AsyncCall<T extends @Nullable Object> extends CompletableFuture<T> implements Runnable {

	private final Work<T> work;

	private volatile @Nullable GuestInstance guest;

	AsyncCall(Work<T> work) {
		this.work = work;
	}

	@Override
	public void run() {
		if (isDone()) {
			return;
		}
		try {
			complete(this.work.run(this));
		}
		catch (Throwable ex) {
			this.guest = null;
			completeExceptionally(ex);
		}
		finally {
			this.guest = null;
		}
	}

	/** Tells which lease runs the call; false if there is nothing left to run. */
	boolean begin(GuestInstance leased) {
		this.guest = leased;
		return !isDone();
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		stopGuest(cancelled);
		return cancelled;
	}

	/**
	 * From outside, for example by {@code orTimeout}: nobody waits for the guest then.
	 */
	@Override
	public boolean completeExceptionally(Throwable failure) {
		boolean completed = super.completeExceptionally(failure);
		stopGuest(completed);
		return completed;
	}

	private void stopGuest(boolean unwanted) {
		GuestInstance running = this.guest;
		if (unwanted && running != null) {
			running.cancel();
		}
	}

	/** What is called, with its arguments. */
	@FunctionalInterface
	interface Work<T extends @Nullable Object> {

		/**
		 * Leases, calls and gives back.
		 * @param call to be told of the lease; {@code null} if nobody can cancel it
		 */
		T run(@Nullable AsyncCall<?> call);

	}

}
