package dev.wasmsandbox.pool;

import java.util.List;
import java.util.Map;

import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryUse;
import dev.wasmsandbox.memory.ResetStrategy;

/**
 * What may be done to a pool while it is in use. Every operation leaves leases that are
 * out alone; all are thread-safe.
 */
public interface PoolControl {

	/** The pool at this moment. */
	PoolStatistics statistics();

	/**
	 * Whether it can give sandboxes. It can unless one could not be made: because memory
	 * or its budget is used up, or its start failed. From then on this tries itself to
	 * have one, at most once a second and if none is in use, until one can be had again;
	 * that takes as long as a lease. Otherwise it takes nothing.
	 */
	PoolHealth health();

	/**
	 * Measures what its sandboxes take in memory, by asking the kernel about each: some
	 * microseconds for a sandbox. What it finds is counted against the budget until the
	 * next time.
	 */
	MemoryUse memory();

	/** Its bounds as configured; what was changed since does not show here. */
	PoolSettings settings();

	/** The bounds in force at this moment. */
	PoolBounds bounds();

	/**
	 * Discards all idle sandboxes, and those that are leased when they come back; later
	 * leases get new ones. Nobody is refused meanwhile, and {@code pool.min-idle} is
	 * filled up again in the background.
	 */
	void drain();

	/**
	 * Makes the idle sandboxes of {@code pool.min-idle}, if there are fewer.
	 * @throws SandboxLimitException if the system has no room; the pool stays usable
	 */
	void warmUp();

	/**
	 * As {@link #drain}, and {@code pool.min-idle} is filled up again before it returns.
	 * @throws SandboxLimitException if the system has no room; the pool stays usable
	 */
	void rebuild();

	/**
	 * Changes how many sandboxes may be leased at the same time. More are there at once;
	 * where there are to be fewer, leases that are out end as they would, and callers
	 * wait until enough have ended. {@code pool.min-idle} gives way.
	 * @param maxSize the new bound, at least 1
	 * @throws IllegalArgumentException if it is less
	 */
	void resize(int maxSize);

	/**
	 * Changes {@code pool.min-idle}: missing ones are made in the background, those too
	 * many go when they are unused for {@code pool.keep-alive}.
	 * @param minIdle the new number, 0 or more; as far as the bound on leases leaves room
	 * @throws IllegalArgumentException if it is negative
	 */
	void keepReady(int minIdle);

	/**
	 * Changes {@code pool.min-resident}: from now on so many idle sandboxes keep their
	 * memory pages. Who is over a memory limit takes them all the same.
	 * @param minResident the new number, 0 or more
	 * @throws IllegalArgumentException if it is negative
	 */
	void keepResident(int minResident);

	/**
	 * How many leases began in an idle sandbox whose pages had been given back, since the
	 * version in service was loaded.
	 */
	long trimmedLeases();

	/**
	 * Has memory restored in one way from now on, instead of the way that was found to be
	 * the cheapest.
	 * @param strategy one of {@link #resetStrategies}
	 * @throws IllegalArgumentException if it is not possible here
	 */
	void resetBy(ResetStrategy strategy);

	/** The ways in which memory can be restored on this system, at least one. */
	List<ResetStrategy> resetStrategies();

	/**
	 * What restoring took in each way when they were tried, after the first hundred
	 * calls, with the page faults that are left to the next call. In nanoseconds; empty
	 * until then.
	 */
	Map<ResetStrategy, Long> resetCosts();

	/**
	 * Discards all idle sandboxes and keeps none from now on; leases are given as before.
	 * For pauses of the application and checkpoints.
	 */
	void suspend();

	/**
	 * Ends {@link #suspend} and fills {@code pool.min-idle} up. Without effect on a pool
	 * that is closed.
	 * @throws SandboxLimitException if the system has no room; the pool stays usable
	 */
	void resume();

}
