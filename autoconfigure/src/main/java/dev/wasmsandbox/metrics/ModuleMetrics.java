package dev.wasmsandbox.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.observe.CallRecorder;
import dev.wasmsandbox.observe.WorkRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The work of one module. Recording is thread-safe, everything else belongs to
 * {@link PerformanceMetrics}, one thread at a time.
 */
final class ModuleMetrics implements WorkRecorder {

	/** What functions are called that the module does not export, or beyond the bound. */
	static final String UNKNOWN = "UNKNOWN";

	/** A function that is called takes some 20 KB here. */
	private static final int MOST_FUNCTIONS = 100;

	private final int slices;

	private final ConcurrentMap<String, FunctionMetrics> functions = new ConcurrentHashMap<>();

	private volatile Set<String> exports;

	private final LatencyHistogram acquisitions;

	private final LatencyHistogram coldStarts;

	private final LatencyHistogram sessions;

	private final LatencyHistogram allocations;

	private final LongAdder blocks = new LongAdder();

	private final LongAdder blockBytes = new LongAdder();

	private final LongAdder blocksTimed = new LongAdder();

	private final LongAdder blockNanos = new LongAdder();

	private final LongAdder bytesIn = new LongAdder();

	private final LongAdder bytesOut = new LongAdder();

	private final LongAdder bytesMapped = new LongAdder();

	private final LongAdder coldStartCount = new LongAdder();

	private final LongAdder coldStartNanos = new LongAdder();

	private final LongAdder awaitedCount = new LongAdder();

	private final LongAdder awaitedNanos = new LongAdder();

	/** The most memory a sandbox had in each of the last slices. */
	private final long[] peaks;

	private final AtomicLong peak = new AtomicLong();

	private int nextPeak;

	ModuleMetrics(Collection<String> exports, int slices) {
		this.exports = Set.copyOf(exports);
		this.slices = slices;
		this.peaks = new long[slices];
		this.acquisitions = new LatencyHistogram(slices);
		this.coldStarts = new LatencyHistogram(slices);
		this.sessions = new LatencyHistogram(slices);
		this.allocations = new LatencyHistogram(slices);
	}

	/** Another version was loaded, with these exports. */
	void exports(Collection<String> names) {
		this.exports = Set.copyOf(names);
	}

	@Override
	public boolean listens() {
		return true;
	}

	@Override
	public CallRecorder function(String export) {
		FunctionMetrics known = this.functions.get(export);
		if (known != null) {
			return known;
		}
		boolean named = this.exports.contains(export) && this.functions.size() < MOST_FUNCTIONS;
		return this.functions.computeIfAbsent(named ? label(export) : UNKNOWN,
				(name) -> new FunctionMetrics(name, this.slices));
	}

	/**
	 * What an export is called in meters, logs and answers: names are the module's, of up
	 * to 10,000 bytes and with whatever signs. Different ones stay different.
	 */
	private static String label(String export) {
		String shown = GuestText.name(export);
		return (shown.equals(export) && !export.equals(UNKNOWN)) ? export
				: shown + " #" + Integer.toHexString(export.hashCode());
	}

	@Override
	public void acquired(long nanos) {
		this.acquisitions.record(nanos);
	}

	@Override
	public void coldStart(long nanos, boolean awaited) {
		this.coldStartCount.increment();
		this.coldStartNanos.add(nanos);
		this.coldStarts.record(nanos);
		if (awaited) {
			this.awaitedCount.increment();
			this.awaitedNanos.add(nanos);
		}
	}

	@Override
	public void sessionClosed(long nanos) {
		this.sessions.record(nanos);
	}

	@Override
	public void allocated(long count, long bytes) {
		this.blocks.add(count);
		this.blockBytes.add(bytes);
	}

	@Override
	public void allocationTimed(long nanos) {
		this.blocksTimed.increment();
		this.blockNanos.add(nanos);
		this.allocations.record(nanos);
	}

	@Override
	public void transferred(long in, long out, long mapped) {
		addTo(this.bytesIn, in);
		addTo(this.bytesOut, out);
		addTo(this.bytesMapped, mapped);
	}

	/** Most calls do one or two of them, and all of this is on their way. */
	private static void addTo(LongAdder sum, long bytes) {
		if (bytes != 0) {
			sum.add(bytes);
		}
	}

	@Override
	public void released(long memoryBytes) {
		// A plain look first: the most changes seldom, and callers do not contend for it.
		if (memoryBytes > this.peak.getOpaque()) {
			this.peak.accumulateAndGet(memoryBytes, Math::max);
		}
	}

	/** The most memory a sandbox had in the window, in bytes. */
	long peakMemory() {
		return Math.max(this.peak.get(), Arrays.stream(this.peaks).max().orElse(0));
	}

	/** The functions that were called. */
	List<FunctionMetrics> functions() {
		return List.copyOf(this.functions.values());
	}

	/** A function; {@code null} if it was not called. */
	@Nullable FunctionMetrics called(String function) {
		return this.functions.get(function);
	}

	/** All that was counted so far. */
	WorkCounts counts() {
		CallCounts calls = CallCounts.NONE;
		for (FunctionMetrics function : this.functions.values()) {
			calls = calls.plus(function.counts());
		}
		return new WorkCounts(calls, this.coldStartCount.sum(), this.awaitedCount.sum(), this.awaitedNanos.sum(),
				this.blocks.sum(), this.blockBytes.sum(), this.blocksTimed.sum(), this.blockNanos.sum(),
				this.bytesIn.sum(), this.bytesOut.sum(), this.bytesMapped.sum());
	}

	List<LatencyHistogram> calls() {
		List<LatencyHistogram> all = new ArrayList<>();
		this.functions.values().forEach((function) -> all.add(function.latency()));
		return all;
	}

	LatencyHistogram acquisitions() {
		return this.acquisitions;
	}

	PerformanceMetrics.ColdStarts allColdStarts() {
		return new PerformanceMetrics.ColdStarts(this.coldStartCount.sum(), this.coldStartNanos.sum());
	}

	LatencyHistogram coldStarts() {
		return this.coldStarts;
	}

	LatencyHistogram sessions() {
		return this.sessions;
	}

	LatencyHistogram allocations() {
		return this.allocations;
	}

	void endSlice() {
		this.functions.values().forEach(FunctionMetrics::endSlice);
		this.acquisitions.endSlice();
		this.coldStarts.endSlice();
		this.sessions.endSlice();
		this.allocations.endSlice();
		this.peaks[this.nextPeak] = this.peak.getAndSet(0);
		this.nextPeak = (this.nextPeak + 1) % this.peaks.length;
	}

	/** Forgets the window; counts go on. */
	void reset() {
		calls().forEach(LatencyHistogram::reset);
		this.acquisitions.reset();
		this.coldStarts.reset();
		this.sessions.reset();
		this.allocations.reset();
		this.peak.set(0);
		Arrays.fill(this.peaks, 0);
	}

	/** The counts by function, of those that were called. */
	Map<String, CallCounts> byFunction() {
		Map<String, CallCounts> counts = new TreeMap<>();
		this.functions.forEach((name, function) -> counts.put(name, function.counts()));
		return counts;
	}

}
