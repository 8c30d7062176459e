package dev.wasmsandbox.engine;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends calls that ran past their time, whose caller was interrupted, or that were
 * cancelled. One thread looks at every sandbox once a tick; it dozes while no guest runs.
 * A call is never ended early, and at most about two ticks late where the machine is not
 * overloaded: the time counts from the watchdog's first sight of the call.
 *
 * <p>
 * Thread-safe. The thread is a daemon and ends after {@link #close()}, once the last
 * memory is released: leases that outlive the registry keep their limits.
 */
public final class Watchdog implements AutoCloseable {

	/** How often running calls are looked at, unless something else is set. */
	public static final Duration TICK = Duration.ofMillis(1);

	/** Looking at many sandboxes must not take more than this share of a core. */
	private static final int SCAN_SHARE = 20;

	/** Ticks without any running guest after which the thread dozes. */
	private static final int IDLE_TICKS = 50;

	/**
	 * How long it dozes at most. Bounds the delay for a call in a session that was open
	 * and quiet: only the beginning of a lease wakes the watchdog, so that a call costs
	 * less.
	 */
	private static final long DOZE_NANOS = Duration.ofMillis(20).toNanos();

	private final Set<CallControl> controls = ConcurrentHashMap.newKeySet();

	private final Thread thread;

	private volatile long tickNanos = TICK.toNanos();

	private volatile boolean dozing;

	private volatile boolean closed;

	/** Guarded by this. Then nobody looks any more, so nothing may be run. */
	private boolean ended;

	public Watchdog() {
		this.thread = Thread.ofPlatform().name("wasm-watchdog").daemon().unstarted(this::run);
		this.thread.start();
	}

	/** How often running calls are looked at. */
	public Duration tick() {
		return Duration.ofNanos(this.tickNanos);
	}

	/**
	 * Changes how often running calls are looked at, and so how late they may be ended.
	 * @throws IllegalArgumentException if it is not positive
	 */
	public void tick(Duration pause) {
		if (!pause.isPositive()) {
			throw new IllegalArgumentException("The tick of the watchdog must be positive, but is " + pause);
		}
		this.tickNanos = pause.toNanos();
		LockSupport.unpark(this.thread);
	}

	/**
	 * Looks at a sandbox from now on.
	 * @throws IllegalStateException if it was closed and nothing was left to look at
	 */
	synchronized void watch(CallControl control) {
		if (this.ended) {
			throw new IllegalStateException("The registry of sandboxes is closed");
		}
		this.controls.add(control);
	}

	private synchronized boolean end() {
		this.ended = this.closed && this.controls.isEmpty();
		return this.ended;
	}

	void forget(CallControl control) {
		this.controls.remove(control);
	}

	/** Tells that calls are to be expected, so that a dozing watchdog looks again. */
	void leaseBegins() {
		if (this.dozing) {
			this.dozing = false;
			LockSupport.unpark(this.thread);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

	private void run() {
		int idle = 0;
		long last = System.nanoTime() - this.tickNanos;
		boolean woken = false;
		while (!this.closed || !end()) {
			boolean running = false;
			long now = System.nanoTime();
			// Calls too short to be seen each time are seen in proportion to their
			// length, so each look stands for the time since the last one. But not where
			// the beginning of a lease is why there is a look.
			long elapsed = woken ? Math.min(this.tickNanos, now - last) : now - last;
			last = now;
			woken = false;
			for (CallControl control : this.controls) {
				running |= control.inspect(elapsed);
			}
			idle = running ? 0 : idle + 1;
			if (idle < IDLE_TICKS) {
				long scan = System.nanoTime() - now;
				LockSupport.parkNanos(this, Math.max(this.tickNanos, scan * SCAN_SHARE));
			}
			else {
				this.dozing = true;
				LockSupport.parkNanos(this, DOZE_NANOS);
				woken = !this.dozing;
				this.dozing = false;
			}
		}
	}

}
