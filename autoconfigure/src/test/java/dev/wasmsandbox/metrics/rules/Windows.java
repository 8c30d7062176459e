package dev.wasmsandbox.metrics.rules;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.memory.MemoryUse;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.metrics.CallCounts;
import dev.wasmsandbox.metrics.LatencySummary;
import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.OutcomeCounts;
import dev.wasmsandbox.metrics.PoolWindow;
import dev.wasmsandbox.metrics.WorkCounts;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.PoolStatistics;
import dev.wasmsandbox.screen.MemoryType;
import dev.wasmsandbox.screen.ModuleReport;
import org.jspecify.annotations.Nullable;

/**
 * Builds the window of the module {@code text}: a minute of 10,000 calls about which no
 * rule says anything, but for what a test changes.
 */
final class Windows {

	static final int PAGE = SandboxLimits.PAGE_BYTES;

	static final int MB = 1 << 20;

	private static final ModuleInfo TEXT = load();

	private final Map<String, Map<Outcome, Long>> functions = new TreeMap<>();

	private String name = "text";

	private Duration length = Duration.ofMinutes(1);

	private PoolSettings pool = PoolSettings.defaults();

	private SandboxLimits limits = SandboxLimits.defaults().withMemoryBytes(16 * MB);

	private @Nullable MemoryType memory = TEXT.report().memory();

	private int startFunction = -1;

	private SnapshotPoint snapshot = SnapshotPoint.NONE;

	private int hugeMethods;

	private LatencySummary calls = times(10_000, 50e3);

	private LatencySummary acquisitions = times(500, 2e3);

	private LatencySummary coldStarts = times(2, 200e3);

	private LatencySummary sessions = times(0, 0);

	private double processorShare = 1;

	private static final CallCounts NO_CALLS = new CallCounts(OutcomeCounts.none(), OutcomeCounts.none(), 0, 0, 0, 0, 0,
			0);

	private WorkCounts work = new WorkCounts(NO_CALLS, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0);

	private long madeAhead;

	private @Nullable List<OutcomeCounts> slices;

	private int looks = 60;

	private double meanLeased = 1;

	private int maxLeased = 2;

	private int idle = 2;

	private double meanPending;

	private int maxPending;

	private long leaks;

	private long writtenResets;

	private long writtenBytes;

	private long residentIdle;

	private long peak = 2 * MB;

	private Windows() {
		calls("word_count", Outcome.SUCCESS, 10_000);
	}

	private static ModuleInfo load() {
		try (WasmSandbox sandbox = WasmSandbox.builder().source(ModuleSource.of(Fixtures.bytes("text"))).build()) {
			return sandbox.info();
		}
	}

	static Windows quiet() {
		return new Windows();
	}

	/** So many that all took the same. */
	static LatencySummary times(long samples, double nanos) {
		long each = (long) nanos;
		return new LatencySummary(samples, nanos, each, each, each, each);
	}

	static OutcomeCounts outcomes(long succeeded, Outcome other, long failed) {
		return OutcomeCounts
			.of((outcome) -> (outcome == Outcome.SUCCESS) ? succeeded : (outcome == other) ? failed : 0);
	}

	Windows named(String module) {
		this.name = module;
		return this;
	}

	Windows length(Duration time) {
		this.length = time;
		return this;
	}

	Windows pool(PoolSettings settings) {
		this.pool = settings;
		return this;
	}

	Windows limits(SandboxLimits most) {
		this.limits = most;
		return this;
	}

	Windows memory(@Nullable MemoryType declared) {
		this.memory = declared;
		return this;
	}

	Windows start(int function, SnapshotPoint point) {
		this.startFunction = function;
		this.snapshot = point;
		return this;
	}

	Windows hugeMethods(int methods) {
		this.hugeMethods = methods;
		return this;
	}

	Windows noCalls() {
		this.functions.clear();
		return this;
	}

	Windows calls(String function, Outcome outcome, long count) {
		this.functions.computeIfAbsent(function, (_) -> new EnumMap<>(Outcome.class)).put(outcome, count);
		return this;
	}

	Windows callTimes(LatencySummary times) {
		this.calls = times;
		return this;
	}

	Windows acquisitions(LatencySummary times) {
		this.acquisitions = times;
		return this;
	}

	Windows coldStarts(LatencySummary times) {
		this.coldStarts = times;
		return this;
	}

	/** So many of the cold starts are of sandboxes that nobody waited for. */
	Windows madeAhead(long made) {
		this.madeAhead = made;
		return this;
	}

	Windows sessions(LatencySummary times) {
		this.sessions = times;
		return this;
	}

	Windows slices(OutcomeCounts... each) {
		this.slices = Arrays.asList(each);
		return this;
	}

	Windows blocks(long count, long bytes, long timed, long timedNanos) {
		this.work = new WorkCounts(this.work.calls(), 0, 0, 0, count, bytes, timed, timedNanos, this.work.bytesIn(), 0,
				0);
		return this;
	}

	Windows bytesIn(long bytes) {
		this.work = new WorkCounts(this.work.calls(), 0, 0, 0, 0, 0, 0, 0, bytes, 0, 0);
		return this;
	}

	Windows processorShare(double share) {
		this.processorShare = share;
		return this;
	}

	Windows looks(int count) {
		this.looks = count;
		return this;
	}

	Windows leased(double mean, int most) {
		this.meanLeased = mean;
		this.maxLeased = most;
		return this;
	}

	Windows pending(double mean, int most) {
		this.meanPending = mean;
		this.maxPending = most;
		return this;
	}

	Windows idle(int always, long resident) {
		this.idle = always;
		this.residentIdle = resident;
		return this;
	}

	Windows leaks(long suspected) {
		this.leaks = suspected;
		return this;
	}

	Windows written(long resets, long bytes) {
		this.writtenResets = resets;
		this.writtenBytes = bytes;
		return this;
	}

	Windows peak(long bytes) {
		this.peak = bytes;
		return this;
	}

	ModuleWindow build() {
		Map<String, CallCounts> counts = new TreeMap<>();
		this.functions.forEach((function, outcomes) -> counts.put(function,
				counts(OutcomeCounts.of((outcome) -> outcomes.getOrDefault(outcome, 0L)))));
		CallCounts all = counts(
				counts.values().stream().map(CallCounts::clean).reduce(OutcomeCounts.none(), OutcomeCounts::plus));
		long awaited = this.coldStarts.samples() - this.madeAhead;
		WorkCounts done = new WorkCounts(all, this.coldStarts.samples(), awaited,
				(long) (awaited * this.coldStarts.mean()), this.work.blocks(), this.work.blockBytes(),
				this.work.blocksTimed(), this.work.blockNanos(), this.work.bytesIn(), this.work.bytesOut(),
				this.work.bytesMapped());
		return new ModuleWindow(info(), this.length, done,
				(this.slices != null) ? this.slices : Collections.nCopies(12, outcomes(800, Outcome.TRAP, 0)), counts,
				Map.of(), this.calls, this.acquisitions, this.coldStarts, this.sessions, poolWindow(),
				new MemoryUse(MB, MB, MB, 0, MB, this.residentIdle), this.peak);
	}

	private CallCounts counts(OutcomeCounts clean) {
		double nanos = clean.total() * this.calls.mean();
		return new CallCounts(clean, OutcomeCounts.none(), (long) nanos, 0, 0, 0, clean.total(),
				(long) (nanos * this.processorShare));
	}

	private PoolWindow poolWindow() {
		PoolStatistics now = new PoolStatistics(this.maxLeased, this.idle, this.maxPending, this.pool.maxSize(), 10, 0,
				this.leaks, new PoolStatistics.Resets(ResetStrategy.WRITTEN_PAGES, Map.of(), 0));
		return new PoolWindow(now, this.looks, this.meanLeased, this.maxLeased, this.idle, this.idle, this.meanPending,
				this.maxPending, 2, 0, this.leaks, this.writtenResets, this.writtenBytes, this.writtenResets);
	}

	private ModuleInfo info() {
		ModuleReport real = TEXT.report();
		ModuleReport report = new ModuleReport(real.size(), real.imports(), real.exports(), real.functions(),
				real.tables(), real.globals(), this.memory, this.startFunction, real.mutations(), real.sections(),
				real.features(), real.codeBytes());
		return new ModuleInfo(this.name, TEXT.source(), TEXT.digest(), report, TEXT.tier(), TEXT.compileTime(),
				TEXT.codeBytes(), this.limits, this.pool, TEXT.capabilities(), TEXT.wasi(), TEXT.loadedAt(), 0,
				TEXT.abi(), this.snapshot, this.hugeMethods);
	}

}
