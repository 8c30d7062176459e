package dev.wasmsandbox;

import java.util.concurrent.CompletableFuture;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * A call on another thread. Cancelling it, or completing it exceptionally, stops the
 * guest: the lease is told, and the watchdog ends the call at its next tick. A lease that
 * begins after the cancellation is given back without a call.
 */
final class AsyncCall<T extends @Nullable Object> extends CompletableFuture<T> implements Runnable {

	private final DefaultWasmSandbox sandbox;

	private final ModuleExport function;

	private final Class<T> resultType;

	private final long[] arguments;

	private volatile @Nullable GuestInstance guest;

	AsyncCall(DefaultWasmSandbox sandbox, ModuleExport function, Class<T> resultType, long[] arguments) {
		this.sandbox = sandbox;
		this.function = function;
		this.resultType = resultType;
		this.arguments = arguments;
	}

	@Override
	public void run() {
		if (isDone()) {
			return;
		}
		try {
			long[] results = this.sandbox.invokeAsync(this.function, this.arguments, this);
			complete(Conversions.result(this.sandbox.signature(this.function), this.resultType, results));
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

}
