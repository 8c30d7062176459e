package dev.wasmsandbox.metrics;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.pool.PoolStatistics;
import org.jspecify.annotations.Nullable;

/**
 * One module's metrics and what they were at the end of each slice of the window. Belongs
 * to {@link PerformanceMetrics}, one thread at a time.
 */
final class ModuleHistory {

	private final ModuleMetrics metrics;

	/** The counts at the ends of slices, the oldest first. */
	private final Deque<Reading> readings = new ArrayDeque<>();

	/** What was looked at since the oldest reading. */
	private final Deque<Look> looks = new ArrayDeque<>();

	/** When it was loaded; {@code null} if nobody knows the time. */
	private final @Nullable Long began;

	ModuleHistory(Collection<String> exports, @Nullable Long began) {
		this.metrics = new ModuleMetrics(exports, MetricsSettings.SLICES);
		this.began = began;
	}

	/**
	 * What was counted until some time.
	 */
	private record Reading(long nanos, WorkCounts work, Map<String, CallCounts> functions, PoolStatistics pool) {
	}

	private record Look(long nanos, PoolStatistics pool) {
	}

	ModuleMetrics metrics() {
		return this.metrics;
	}

	void look(long nanos, PoolStatistics pool, boolean sliceEnds) {
		if (this.readings.isEmpty()) {
			// What came before the first look is in its window.
			this.readings.add(first(nanos, pool));
		}
		else if (sliceEnds) {
			this.metrics.endSlice();
			this.readings.add(reading(nanos, pool));
			if (this.readings.size() > MetricsSettings.SLICES + 1) {
				this.readings.remove();
			}
		}
		this.looks.add(new Look(nanos, pool));
		long oldest = this.readings.getFirst().nanos();
		while (this.looks.size() > 1 && this.looks.getFirst().nanos() < oldest) {
			this.looks.remove();
		}
	}

	private Reading first(long nanos, PoolStatistics pool) {
		return new Reading((this.began != null) ? this.began : nanos, WorkCounts.NONE, Map.of(), nothing(pool));
	}

	private static PoolStatistics nothing(PoolStatistics pool) {
		return new PoolStatistics(0, 0, 0, pool.maxSize(), 0, 0, 0,
				new PoolStatistics.Resets(pool.resets().strategy(), Map.of(), 0));
	}

	private Reading reading(long nanos, PoolStatistics pool) {
		return new Reading(nanos, this.metrics.counts(), this.metrics.byFunction(), pool);
	}

	ModuleWindow window(long nanos, WasmSandbox sandbox) {
		PoolStatistics pool = sandbox.statistics().pool();
		Reading now = reading(nanos, pool);
		@Nullable Reading first = this.readings.peekFirst();
		Reading before = (first != null) ? first : first(nanos, pool);
		Map<String, CallCounts> functions = new TreeMap<>();
		now.functions().forEach((name, counts) -> {
			CallCounts difference = counts.minus(before.functions().getOrDefault(name, CallCounts.NONE));
			if (difference.all().total() > 0) {
				functions.put(name, difference);
			}
		});
		Map<String, LatencySummary> latencies = new TreeMap<>();
		for (FunctionMetrics function : this.metrics.functions()) {
			if (functions.containsKey(function.name())) {
				latencies.put(function.name(), function.latency().summary());
			}
		}
		return new ModuleWindow(sandbox.info(), Duration.ofNanos(nanos - before.nanos()),
				now.work().minus(before.work()), slices(now), functions, latencies,
				LatencyHistogram.summary(this.metrics.calls()), this.metrics.acquisitions().summary(),
				this.metrics.coldStarts().summary(), this.metrics.sessions().summary(),
				PoolWindow.of(before.pool(), pool, this.looks.stream().map(Look::pool).toList()),
				sandbox.pool().memory(), this.metrics.peakMemory());
	}

	private List<OutcomeCounts> slices(Reading now) {
		List<OutcomeCounts> slices = new ArrayList<>();
		OutcomeCounts until = OutcomeCounts.none();
		boolean first = true;
		for (Reading reading : Stream.concat(this.readings.stream(), Stream.of(now)).toList()) {
			OutcomeCounts all = reading.work().calls().all();
			if (!first) {
				slices.add(all.minus(until));
			}
			first = false;
			until = all;
		}
		return slices;
	}

	void reset(long nanos) {
		List<Look> last = this.looks.isEmpty() ? List.of() : List.of(this.looks.getLast());
		if (!last.isEmpty()) {
			Look look = last.getFirst();
			this.readings.clear();
			this.looks.clear();
			this.readings.add(reading(nanos, look.pool()));
			this.looks.add(look);
		}
		this.metrics.reset();
	}

}
