package dev.wasmsandbox.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.wasmsandbox.metrics.Anomaly;
import dev.wasmsandbox.metrics.CallCounts;
import dev.wasmsandbox.metrics.LatencySummary;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.OutcomeCounts;
import dev.wasmsandbox.metrics.PerformanceMonitor.Noticed;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import dev.wasmsandbox.metrics.PerformanceSummary;
import dev.wasmsandbox.metrics.TargetResult;
import dev.wasmsandbox.observe.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the {@link WasmEndpoint}'s answers that say how modules did in the last
 * window. Times are in microseconds, sizes in bytes, as their names say.
 */
public final class PerformanceDescriptors {

	private PerformanceDescriptors() {
	}

	private static double micros(double nanos) {
		return nanos / 1000;
	}

	private static Map<Outcome, Long> outcomes(OutcomeCounts counts) {
		Map<Outcome, Long> all = new TreeMap<>();
		for (Outcome outcome : Outcome.values()) {
			if (counts.count(outcome) > 0) {
				all.put(outcome, counts.count(outcome));
			}
		}
		return all;
	}

	/**
	 * How long something took.
	 *
	 * @param samples how many were timed
	 * @param meanMicros the arithmetic mean
	 * @param p50Micros the median
	 * @param p95Micros the 95th percentile
	 * @param p99Micros the 99th percentile
	 * @param maxMicros the largest
	 */
	public record LatencyDescriptor(long samples, double meanMicros, double p50Micros, double p95Micros,
			double p99Micros, double maxMicros) {

		static LatencyDescriptor of(LatencySummary latency) {
			return new LatencyDescriptor(latency.samples(), micros(latency.mean()), micros((double) latency.p50()),
					micros((double) latency.p95()), micros((double) latency.p99()), micros((double) latency.max()));
		}

	}

	/**
	 * What was done in the last window.
	 *
	 * @param windowSeconds how long the window is; shorter after the start
	 * @param outcomes all calls by how they ended, without those that never occurred
	 * @param callsPerSecond all calls by time
	 * @param errorRate calls that did not succeed by all, from 0 to 1
	 * @param concurrentCalls calls under way at the same time, on average
	 * @param calls times of calls in clean sandboxes
	 * @param sessionCalls calls made in sessions
	 * @param sessionCallMeanMicros the mean time of those that were timed
	 * @param acquisitions how long callers waited for a sandbox, as far as it was timed
	 * @param coldStarts how long making a sandbox took
	 * @param allocations how long it took to allocate blocks in guests, as far as it was
	 * timed
	 * @param allocationsPerSecond all of those blocks by time
	 * @param bytesInPerSecond bytes copied to guests, by time
	 * @param bytesOutPerSecond bytes copied from guests, by time
	 * @param bytesMappedPerSecond bytes that guests saw without a copy, by time
	 * @param processors processors kept busy by calls, on average
	 * @param memoryReservedBytes address space that is reserved for sandboxes
	 * @param memoryResidentBytes memory that images and sandboxes take
	 * @param cacheHitRate look-ups that the module cache answered, since the start
	 * @param targetsMet whether no target is missed
	 */
	public record SummaryDescriptor(double windowSeconds, Map<Outcome, Long> outcomes, double callsPerSecond,
			double errorRate, double concurrentCalls, LatencyDescriptor calls, long sessionCalls,
			double sessionCallMeanMicros, LatencyDescriptor acquisitions, LatencyDescriptor coldStarts,
			LatencyDescriptor allocations, double allocationsPerSecond, double bytesInPerSecond,
			double bytesOutPerSecond, double bytesMappedPerSecond, double processors, long memoryReservedBytes,
			long memoryResidentBytes, double cacheHitRate, boolean targetsMet) {

		static SummaryDescriptor of(PerformanceSummary summary) {
			return new SummaryDescriptor(summary.window().toNanos() * 1e-9,
					PerformanceDescriptors.outcomes(summary.outcomes()), summary.callsPerSecond(), summary.errorRate(),
					summary.concurrentCalls(), LatencyDescriptor.of(summary.calls()), summary.sessionCalls(),
					micros(summary.sessionCallMean()), LatencyDescriptor.of(summary.acquisitions()),
					LatencyDescriptor.of(summary.coldStarts()), LatencyDescriptor.of(summary.allocations()),
					summary.allocationsPerSecond(), summary.bytesInPerSecond(), summary.bytesOutPerSecond(),
					summary.bytesMappedPerSecond(), summary.processors(), summary.memoryReserved(),
					summary.memoryResident(), summary.cacheHitRate(), summary.targetsMet());
		}

	}

	/**
	 * One target and what was measured.
	 *
	 * @param property the property that sets it
	 * @param target its value
	 * @param actual what was measured; 0 without samples
	 * @param unit the unit of both: {@code ns}, {@code bytes} or {@code ratio}
	 * @param samples how many values were measured
	 * @param met whether it is met; absent without samples
	 */
	public record TargetDescriptor(String property, double target, double actual, String unit, long samples,
			@Nullable Boolean met) {

		static List<TargetDescriptor> of(PerformanceSummary summary) {
			return summary.targets().stream().map(TargetDescriptor::of).toList();
		}

		private static TargetDescriptor of(TargetResult result) {
			return new TargetDescriptor(result.property(), result.target(), result.actual(), result.unit(),
					result.samples(), result.met());
		}

	}

	/**
	 * One thing to change.
	 *
	 * @param id which rule gives it
	 * @param severity how much it matters
	 * @param module the module it is about; absent for all of them
	 * @param finding what was found
	 * @param evidence the figures it rests on
	 * @param windowSeconds how long they were measured
	 * @param property the property to change; absent where something else should change
	 * @param current what it is now
	 * @param suggested what it should be
	 * @param effect what is expected of it
	 */
	public record RecommendationDescriptor(String id, Severity severity, @Nullable String module, String finding,
			List<Evidence> evidence, double windowSeconds, @Nullable String property, String current, String suggested,
			String effect) {

		static RecommendationDescriptor of(PerformanceRecommendation advice) {
			return new RecommendationDescriptor(advice.id(), advice.severity(), advice.module(), advice.finding(),
					advice.evidence(), advice.window().toNanos() * 1e-9, advice.property(), advice.current(),
					advice.suggested(), advice.effect());
		}

	}

	/**
	 * The calls of a function in the last window.
	 *
	 * @param name its name; {@code UNKNOWN} for all that are no exports
	 * @param outcomes its calls by how they ended, those in sessions included
	 * @param sessionCalls how many of them were in sessions
	 * @param latency times of its calls in clean sandboxes
	 */
	public record FunctionDescriptor(String name, Map<Outcome, Long> outcomes, long sessionCalls,
			@Nullable LatencyDescriptor latency) {

		static List<FunctionDescriptor> of(ModuleWindow window) {
			return window.functions()
				.entrySet()
				.stream()
				.sorted(Map.Entry.comparingByKey())
				.map((function) -> of(window, function.getKey(), function.getValue()))
				.toList();
		}

		private static FunctionDescriptor of(ModuleWindow window, String name, CallCounts counts) {
			LatencySummary latency = window.latencies().get(name);
			return new FunctionDescriptor(name, PerformanceDescriptors.outcomes(counts.all()), counts.held().total(),
					(latency != null) ? LatencyDescriptor.of(latency) : null);
		}

	}

	/**
	 * A module did something else than before.
	 *
	 * @param at when it was found
	 * @param figure what has changed
	 * @param before what was expected by its history
	 * @param now what it is instead
	 * @param unit the unit of both
	 * @param deviations how far that is, in deviations of the history
	 * @param windows how many windows it took to be sure
	 */
	public record AnomalyDescriptor(Instant at, Anomaly.Figure figure, double before, double now, String unit,
			double deviations, int windows) {

		static AnomalyDescriptor of(Noticed noticed) {
			Anomaly anomaly = noticed.anomaly();
			return new AnomalyDescriptor(noticed.at(), anomaly.figure(), anomaly.before(), anomaly.now(),
					anomaly.figure().unit(), anomaly.deviations(), anomaly.windows());
		}

	}

	/**
	 * How one module did in the last window.
	 *
	 * @param summary what it did
	 * @param targets the targets and whether they are met
	 * @param recommendations what to change, what matters most first
	 * @param functions the functions that were called, by name
	 * @param anomalies what was noticed lately, the latest first
	 */
	public record ModulePerformanceDescriptor(SummaryDescriptor summary, List<TargetDescriptor> targets,
			List<RecommendationDescriptor> recommendations, List<FunctionDescriptor> functions,
			List<AnomalyDescriptor> anomalies) {
	}

}
