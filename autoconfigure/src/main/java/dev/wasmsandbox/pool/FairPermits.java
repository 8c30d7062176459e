package dev.wasmsandbox.pool;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Permits for which callers wait in lanes: lanes are served in turns, callers of one lane
 * in the order in which they came. A free permit that nobody waits for costs one
 * compare-and-set; no permit is lost, whatever ends a wait. Thread-safe.
 *
 * <p>
 * The lock guards the lanes and is held for a few steps that never park, so no thread
 * keeps it while it has no processor to run on, as a virtual thread could behind guests.
 */
final class FairPermits {

	private final AtomicInteger free;

	/**
	 * Counted before a waiter looks for a free permit, and read after one was freed: of
	 * the two threads at least one sees the other.
	 */
	private final AtomicInteger waiting = new AtomicInteger();

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<Object, Lane> lanes = new HashMap<>();

	/** Lanes with callers, that whose turn it is first. */
	private final ArrayDeque<Lane> turns = new ArrayDeque<>();

	FairPermits(int permits) {
		this.free = new AtomicInteger(permits);
	}

	/** Takes a permit that is free and that nobody waits for. */
	boolean tryTake() {
		return this.waiting.get() == 0 && takeFree();
	}

	private boolean takeFree() {
		int before = this.free.get();
		while (before > 0) {
			if (this.free.compareAndSet(before, before - 1)) {
				return true;
			}
			before = this.free.get();
		}
		return false;
	}

	/**
	 * Waits for a permit.
	 * @param key whose turn it must be
	 * @param nanos for how long
	 * @return whether there was one in time
	 * @throws InterruptedException if the thread is interrupted; it has no permit then
	 */
	boolean await(Object key, long nanos) throws InterruptedException {
		Waiter waiter = new Waiter(Thread.currentThread());
		boolean taken = false;
		try {
			enqueue(key, waiter);
			taken = park(waiter, nanos);
			return taken;
		}
		finally {
			if (!taken && !withdraw(key, waiter)) {
				giveBack();
			}
		}
	}

	private boolean park(Waiter waiter, long nanos) throws InterruptedException {
		long begun = System.nanoTime();
		while (!waiter.granted) {
			if (Thread.interrupted()) {
				throw new InterruptedException();
			}
			long left = nanos - (System.nanoTime() - begun);
			if (left <= 0) {
				return false;
			}
			LockSupport.parkNanos(this, left);
		}
		return true;
	}

	private void enqueue(Object key, Waiter waiter) {
		this.lock.lock();
		try {
			Lane lane = this.lanes.get(key);
			if (lane == null) {
				open(new Lane(key), waiter);
			}
			else {
				lane.waiters.addLast(waiter);
			}
			this.waiting.incrementAndGet();
			handOut();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Under the lock; leaves nothing behind where the heap is exhausted. */
	private void open(Lane lane, Waiter waiter) {
		lane.waiters.addLast(waiter);
		this.turns.addLast(lane);
		boolean opened = false;
		try {
			this.lanes.put(lane.key, lane);
			opened = true;
		}
		finally {
			if (!opened) {
				this.turns.removeLast();
			}
		}
	}

	/** Under the lock. */
	private void handOut() {
		while (!this.turns.isEmpty() && takeFree()) {
			Lane lane = this.turns.removeFirst();
			Waiter next = lane.waiters.removeFirst();
			if (lane.waiters.isEmpty()) {
				this.lanes.remove(lane.key);
			}
			else {
				this.turns.addLast(lane);
			}
			this.waiting.decrementAndGet();
			next.granted = true;
			LockSupport.unpark(next.thread);
		}
	}

	/**
	 * Waits no longer.
	 * @return false if it was given a permit meanwhile
	 */
	private boolean withdraw(Object key, Waiter waiter) {
		this.lock.lock();
		try {
			Lane lane = this.lanes.get(key);
			if (lane != null && lane.waiters.remove(waiter)) {
				this.waiting.decrementAndGet();
				if (lane.waiters.isEmpty()) {
					this.lanes.remove(key);
					this.turns.remove(lane);
				}
			}
			return !waiter.granted;
		}
		finally {
			this.lock.unlock();
		}
	}

	void giveBack() {
		change(1);
	}

	/** Adds permits, or takes some away: then fewer are free, or less than none. */
	void change(int more) {
		this.free.addAndGet(more);
		if (this.waiting.get() > 0) {
			this.lock.lock();
			try {
				handOut();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	/** How many are free; below zero where more are out than there should be. */
	int free() {
		return this.free.get();
	}

	/** How many callers wait. */
	int waiting() {
		return this.waiting.get();
	}

	private static final class Lane {

		private final Object key;

		private final ArrayDeque<Waiter> waiters = new ArrayDeque<>(2);

		Lane(Object key) {
			this.key = key;
		}

	}

	private static final class Waiter {

		private final Thread thread;

		private volatile boolean granted;

		Waiter(Thread thread) {
			this.thread = thread;
		}

	}

}
