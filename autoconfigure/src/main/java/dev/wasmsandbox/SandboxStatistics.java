package dev.wasmsandbox;

import java.util.Map;

import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.PoolStatistics;

/**
 * A module's calls so far and its pool at this moment.
 *
 * @param calls the number of calls by how they ended; a session's successful calls are
 * added when it is closed
 * @param pool the pool
 */
public record SandboxStatistics(Map<Outcome, Long> calls, PoolStatistics pool) {

	public SandboxStatistics {
		calls = Map.copyOf(calls);
	}

	/** All calls, however they ended. */
	public long total() {
		return this.calls.values().stream().mapToLong(Long::longValue).sum();
	}

}
