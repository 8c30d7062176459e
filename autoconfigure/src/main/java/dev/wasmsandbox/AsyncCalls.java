package dev.wasmsandbox;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.wasmsandbox.pool.TenantCaller;
import org.jspecify.annotations.Nullable;

/**
 * The threads of asynchronous calls and the calls that wait for one: tenants are served
 * in turns, and those over their quota are passed over, so that none of them keeps the
 * threads from the others. Each accepted call is run. Thread-safe.
 */
final class AsyncCalls implements AutoCloseable {

	/** How often it is seen that a tenant is within its quota again. */
	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	/** Whose turn it is when it is that of callers without a tenant. */
	private static final Object NO_TENANT = new Object();

	private final ThreadPoolExecutor executor;

	private final int capacity;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition arrival = this.lock.newCondition();

	/** All below is guarded by the lock: lanes with calls that wait or run. */
	private final Map<Object, Lane> lanes = new HashMap<>();

	/** Lanes with calls that wait, that whose turn it is first. */
	private final ArrayDeque<Lane> turns = new ArrayDeque<>();

	private int waiting;

	/** Calls that have a place in the executor's queue, but no lane yet. */
	private int announced;

	private boolean closed;

	AsyncCalls(AsyncSettings settings) {
		this.capacity = settings.queueCapacity();
		this.executor = new ThreadPoolExecutor(settings.threads(), settings.threads(), 10, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(settings.queueCapacity()),
				Thread.ofPlatform().name("wasm-call-", 1).daemon().factory());
		this.executor.allowCoreThreadTimeOut(true);
	}

	/**
	 * Has a call run on one of the threads.
	 * @param tenant in whose name; {@code null} for nobody
	 * @throws RejectedExecutionException if too many wait, or this is closed
	 */
	void execute(Runnable call, @Nullable TenantCaller tenant) {
		announce(tenant);
		boolean accepted = false;
		try {
			// Outside of the lock, because it takes others.
			this.executor.execute(this::runNext);
			accepted = true;
		}
		finally {
			arrive(accepted ? call : null, tenant);
		}
	}

	private void announce(@Nullable TenantCaller tenant) {
		this.lock.lock();
		try {
			// A tenant may have as much of the queue as it leaves to the others.
			Lane lane = (tenant != null) ? this.lanes.get(tenant.name()) : null;
			if (lane != null && lane.calls.size() > this.capacity - this.waiting) {
				throw new RejectedExecutionException("The tenant's share of the queue is used up");
			}
			this.announced++;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void arrive(@Nullable Runnable call, @Nullable TenantCaller tenant) {
		this.lock.lock();
		try {
			this.announced--;
			if (call != null) {
				Object key = (tenant != null) ? tenant.name() : NO_TENANT;
				Lane lane = this.lanes.computeIfAbsent(key, (absent) -> new Lane(absent, tenant));
				lane.calls.addLast(call);
				if (lane.calls.size() == 1) {
					this.turns.addLast(lane);
				}
				this.waiting++;
			}
			this.arrival.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Runs one of the calls that wait; there is one for each time this is run. */
	private void runNext() {
		Lane lane = null;
		try {
			Runnable call = null;
			this.lock.lock();
			try {
				lane = awaitTurn();
				if (lane != null) {
					lane.running++;
					call = lane.calls.removeFirst();
					this.waiting--;
				}
			}
			finally {
				this.lock.unlock();
			}
			if (call != null) {
				call.run();
			}
		}
		finally {
			if (lane != null) {
				ran(lane);
			}
		}
	}

	private void ran(Lane lane) {
		this.lock.lock();
		try {
			lane.running--;
			if (lane.running == 0 && lane.calls.isEmpty()) {
				this.lanes.remove(lane.key);
			}
			this.arrival.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The lane whose turn it is, when one may have its turn; none if the call that was
	 * announced never came.
	 */
	private @Nullable Lane awaitTurn() {
		while (!this.turns.isEmpty() || this.announced > 0) {
			Lane next = nextTurn();
			if (next != null) {
				return next;
			}
			try {
				long ignored = this.arrival.awaitNanos(LOOK_NANOS);
			}
			catch (InterruptedException _) {
				// Nobody interrupts these threads but by what is meant for a former call.
			}
		}
		return null;
	}

	private @Nullable Lane nextTurn() {
		for (int left = this.turns.size(); left > 0; left--) {
			Lane lane = this.turns.removeFirst();
			boolean now = this.closed || lane.admissible();
			if (!now || lane.calls.size() > 1) {
				this.turns.addLast(lane);
			}
			if (now) {
				return lane;
			}
		}
		return null;
	}

	/** Refuses further calls; those that wait are run, over quota or not. */
	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.arrival.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		this.executor.shutdown();
	}

	private static final class Lane {

		private final Object key;

		private final @Nullable TenantCaller tenant;

		private final ArrayDeque<Runnable> calls = new ArrayDeque<>(2);

		/** Those of its calls that have a thread. */
		private int running;

		Lane(Object key, @Nullable TenantCaller tenant) {
			this.key = key;
			this.tenant = tenant;
		}

		/**
		 * Whether a call would not have to wait for its tenant's quota. Those that have a
		 * thread count: they may not have asked yet.
		 */
		boolean admissible() {
			TenantCaller caller = this.tenant;
			if (caller == null) {
				return true;
			}
			Integer most = caller.maxCalls();
			return (most == null || this.running < most) && caller.admissible();
		}

	}

}
