package dev.wasmsandbox.metrics;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * How the sandboxes did in the last window, all of them or those of one module, beside
 * the targets. Times are in nanoseconds, sizes in bytes. Immutable.
 *
 * @param window how long the window is; shorter after the start
 * @param outcomes all calls in the window by how they ended
 * @param callsPerSecond all calls by time
 * @param errorRate calls that did not succeed by all, from 0 to 1
 * @param concurrentCalls calls under way at the same time, on average: their time by the
 * window's (Little's law)
 * @param calls times of calls in clean sandboxes
 * @param sessionCalls calls made in sessions
 * @param sessionCallMean the mean time of a call in a session, of those that were timed
 * @param acquisitions how long callers waited for a sandbox, as far as it was timed
 * @param coldStarts how long making a sandbox took
 * @param allocations how long it took to allocate blocks in guests, as far as it was
 * timed
 * @param allocationsPerSecond all blocks that the host allocated in guests, by time
 * @param bytesInPerSecond bytes copied to guests, by time
 * @param bytesOutPerSecond bytes copied from guests, by time
 * @param bytesMappedPerSecond bytes that guests saw without a copy, by time
 * @param processors processors kept busy by calls, on average
 * @param memoryReserved address space that is reserved for sandboxes
 * @param memoryResident memory that images and sandboxes take
 * @param cacheHitRate look-ups that the module cache answered, since the start
 * @param targets the targets that apply
 */
public record PerformanceSummary(Duration window, OutcomeCounts outcomes, double callsPerSecond, double errorRate,
		double concurrentCalls, LatencySummary calls, long sessionCalls, double sessionCallMean,
		LatencySummary acquisitions, LatencySummary coldStarts, LatencySummary allocations, double allocationsPerSecond,
		double bytesInPerSecond, double bytesOutPerSecond, double bytesMappedPerSecond, double processors,
		long memoryReserved, long memoryResident, double cacheHitRate, List<TargetResult> targets) {

	public PerformanceSummary {
		targets = List.copyOf(targets);
	}

	/** Whether no target is missed; those without samples are not. */
	public boolean targetsMet() {
		return this.targets.stream().noneMatch((target) -> Boolean.FALSE.equals(target.met()));
	}

	/**
	 * Sums modules up.
	 * @param latencies the times of what they did, together
	 * @param processBusy the processors that the JVM kept busy: calls had no more
	 */
	static PerformanceSummary of(Collection<ModuleWindow> modules, Latencies latencies, CacheView cache,
			double processBusy, PerformanceTargets targets) {
		WorkCounts work = modules.stream().map(ModuleWindow::work).reduce(WorkCounts.NONE, WorkCounts::plus);
		Duration length = modules.stream().map(ModuleWindow::length).max(Duration::compareTo).orElse(Duration.ZERO);
		double seconds = Math.max(length.toNanos() * 1e-9, 1e-9);
		OutcomeCounts outcomes = work.calls().all();
		long reserved = modules.stream().mapToLong((module) -> module.memory().reserved()).sum();
		long resident = modules.stream()
			.map(ModuleWindow::memory)
			.mapToLong((use) -> use.image() + use.residentIdle() + use.residentLeased())
			.sum();
		// Sums of processors are exact; a share of a sum would mix modules that wait with
		// others that compute.
		double processors = Math.min(processBusy,
				modules.stream().mapToDouble(ModuleWindow::processorNanos).sum() * 1e-9 / seconds);
		return new PerformanceSummary(length, outcomes, outcomes.total() / seconds, outcomes.errorRate(),
				work.calls().busyNanos() * 1e-9 / seconds, latencies.calls(), work.calls().held().total(),
				work.calls().heldMeanNanos(), latencies.acquisitions(), latencies.coldStarts(), latencies.allocations(),
				work.blocks() / seconds, work.bytesIn() / seconds, work.bytesOut() / seconds,
				work.bytesMapped() / seconds, processors, reserved, resident, cache.statistics().hitRate(),
				results(work, latencies, resident, cache, targets));
	}

	private static List<TargetResult> results(WorkCounts work, Latencies latencies, long resident, CacheView cache,
			PerformanceTargets targets) {
		OutcomeCounts outcomes = work.calls().all();
		return List.of(
				TargetResult.atMost("call", (double) targets.call().toNanos(), latencies.calls().mean(), "ns",
						latencies.calls().samples()),
				TargetResult.atMost("error-rate", targets.errorRate(), outcomes.errorRate(), "ratio", outcomes.total()),
				TargetResult.atMost("cold-start", (double) targets.coldStart().toNanos(), latencies.coldStarts().mean(),
						"ns", latencies.coldStarts().samples()),
				TargetResult.atMost("allocation", (double) targets.allocation().toNanos(), work.blockMeanNanos(), "ns",
						work.blocksTimed()),
				TargetResult.atMost("guest-memory", (double) targets.guestMemory(), (double) resident, "bytes", 1),
				TargetResult.atLeast("cache-hit-rate", targets.cacheHitRate(), cache.repeatedHitRate(), "ratio",
						cache.repeated()));
	}

	/**
	 * Times of several modules together.
	 *
	 * @param calls of calls in clean sandboxes
	 * @param acquisitions of waiting for a sandbox
	 * @param coldStarts of making one
	 * @param allocations of allocating a block
	 */
	record Latencies(LatencySummary calls, LatencySummary acquisitions, LatencySummary coldStarts,
			LatencySummary allocations) {
	}

}
