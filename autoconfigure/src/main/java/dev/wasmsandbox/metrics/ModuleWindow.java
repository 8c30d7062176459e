package dev.wasmsandbox.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.memory.MemoryUse;

/**
 * What one module did in the last window: what summaries and recommendations are made of.
 * Immutable.
 *
 * @param info what is known about the module
 * @param length how long the window is; shorter at first
 * @param work what was counted
 * @param slices all calls of each slice of the window, the oldest first; the last one has
 * not ended
 * @param functions the calls of each function that was called
 * @param latencies the times of each function that was called, in clean sandboxes
 * @param calls the times of all calls in clean sandboxes
 * @param acquisitions how long callers waited for a sandbox, as far as it was timed
 * @param coldStarts how long making a sandbox took
 * @param sessions how long sessions were open
 * @param pool its pool
 * @param memory what its sandboxes take
 * @param peakMemory the most linear memory that one of its sandboxes had, in bytes
 */
public record ModuleWindow(ModuleInfo info, Duration length, WorkCounts work, List<OutcomeCounts> slices,
		Map<String, CallCounts> functions, Map<String, LatencySummary> latencies, LatencySummary calls,
		LatencySummary acquisitions, LatencySummary coldStarts, LatencySummary sessions, PoolWindow pool,
		MemoryUse memory, long peakMemory) {

	public ModuleWindow {
		slices = List.copyOf(slices);
		functions = Map.copyOf(functions);
		latencies = Map.copyOf(latencies);
	}

	/** The module's name. */
	public String module() {
		return this.info.name();
	}

	/**
	 * The processor time of its calls, in nanoseconds; their time where it was never
	 * asked.
	 */
	public double processorNanos() {
		return this.functions.values().stream().mapToDouble(CallCounts::processorBusyNanos).sum();
	}

	/** The part of its calls' time that threads were on a processor, from 0 to 1. */
	public double processorShare() {
		double busy = this.work.calls().busyNanos();
		return (busy > 0) ? Math.min(1, processorNanos() / busy) : 1;
	}

	/** The window in seconds. */
	public double seconds() {
		return this.length.toNanos() * 1e-9;
	}

	/** So many in each second of the window; 0 in an empty one. */
	public double perSecond(double count) {
		double seconds = seconds();
		return (seconds > 0) ? count / seconds : 0;
	}

}
