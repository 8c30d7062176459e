package dev.wasmsandbox.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmFunction;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

/** Calls of real sandboxes, read back from the metrics. */
class MetricsTests {

	private static final long SECOND = 1_000_000_000;

	private final PerformanceMetrics metrics = new PerformanceMetrics(MetricsSettings.defaults());

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().workObserver(this.metrics).build();

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private WasmSandbox load(String fixture) {
		return this.sandboxes.load(ModuleDefinition.named(fixture)
			.source(ModuleSource.of(Fixtures.bytes(fixture)))
			.pool(new PoolSettings(8, Duration.ofSeconds(30)))
			.build());
	}

	private CallCounts counts(String module, String function) {
		return this.metrics.counts(module).getOrDefault(function, CallCounts.NONE);
	}

	private static long clean(CallCounts counts, Outcome outcome) {
		return counts.clean().count(outcome);
	}

	@Test
	void countsAreExactOverThreads() throws InterruptedException, ExecutionException {
		WasmSandbox sandbox = load("simple_module");
		WasmFunction add = sandbox.export("add");
		try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
			List<Future<?>> done = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				done.add(threads.submit(() -> {
					for (int call = 0; call < 500; call++) {
						assertThat(sandbox.call("add", int.class, 2, 3)).isEqualTo(5);
						assertThat(add.callInt(2, 3)).isEqualTo(5);
					}
					try (SandboxSession session = sandbox.openSession()) {
						WasmFunction held = session.export("add");
						for (int call = 0; call < 3000; call++) {
							assertThat(held.callInt(2, 3)).isEqualTo(5);
						}
						assertThat(session.call("add", int.class, 2, 3)).isEqualTo(5);
						assertThat(session.call("fib", int.class, 7)).isEqualTo(13);
					}
				}));
			}
			for (Future<?> each : done) {
				each.get();
			}
		}
		CallCounts counts = counts("simple_module", "add");
		assertThat(clean(counts, Outcome.SUCCESS)).isEqualTo(8 * 1000);
		assertThat(counts.held().count(Outcome.SUCCESS)).isEqualTo(8 * 3001);
		assertThat(counts.heldTimed()).as("the first and every 1,024th").isEqualTo(8 * 3);
		assertThat(counts.heldTimedNanos()).isPositive();
		assertThat(counts("simple_module", "fib").held().total()).isEqualTo(8);
		assertThat(sandbox.statistics().total()).isEqualTo(8 * 4002);
		assertThat(this.metrics.window(this.sandboxes, "simple_module").orElseThrow().calls().samples())
			.isEqualTo(8 * 1000);
	}

	@Test
	void callsAreCountedByHowTheyEnd() {
		WasmSandbox sandbox = load("traps");
		assertThat(sandbox.call("ok", int.class)).isNotNull();
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> sandbox.call("unreachable", void.class));
		}
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> sandbox.call("ok", int.class, 1));
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> sandbox.call("nobody", int.class));
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> sandbox.call("nobody else", String.class));
		try (SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> session.call("div", int.class, 1, 0));
			assertThat(counts("traps", "div").held().count(Outcome.TRAP)).as("told at once").isEqualTo(1);
		}
		assertThat(clean(counts("traps", "ok"), Outcome.SUCCESS)).isEqualTo(1);
		assertThat(clean(counts("traps", "ok"), Outcome.ABI)).isEqualTo(1);
		assertThat(clean(counts("traps", "unreachable"), Outcome.TRAP)).isEqualTo(3);
		assertThat(clean(counts("traps", ModuleMetrics.UNKNOWN), Outcome.ABI)).isEqualTo(2);
		assertThat(this.metrics.counts("traps")).doesNotContainKeys("nobody", "nobody else");
		PerformanceSummary summary = this.metrics.summary(this.sandboxes);
		assertThat(summary.outcomes().total()).isEqualTo(sandbox.statistics().total()).isEqualTo(8);
		assertThat(summary.errorRate()).isEqualTo(7.0 / 8);
	}

	@Test
	void percentilesAreThoseOfTheTimesThatCallersSaw() {
		WasmSandbox sandbox = load("simple_module");
		WasmFunction fib = sandbox.export("fib");
		fib.callInt(26);
		this.metrics.look(0, this.sandboxes);
		this.metrics.reset("simple_module");
		long[] nanos = new long[200];
		for (int i = 0; i < nanos.length; i++) {
			long begun = System.nanoTime();
			fib.callInt((i % 4 == 0) ? 27 : 24);
			nanos[i] = System.nanoTime() - begun;
		}
		Arrays.sort(nanos);
		LatencySummary latency = this.metrics.summary(this.sandboxes).calls();
		assertThat(latency.samples()).isEqualTo(nanos.length);
		// The clock of this test lies around the library's: between them a thread may
		// lose its
		// processor, which moves a few times to other places.
		assertThat((double) latency.p50()).isBetween(0.9 * (double) nanos[89], 1.1 * (double) nanos[109]);
		assertThat((double) latency.p95()).isBetween(0.9 * (double) nanos[184], 1.1 * (double) nanos[194]);
		double mean = Arrays.stream(nanos).average().orElseThrow();
		assertThat(latency.mean()).isBetween(0.5 * mean, 1.05 * mean);
	}

	@Test
	void samplesAcquisitionsProcessorTimeAndColdStarts() {
		WasmSandbox sandbox = load("simple_module");
		WasmFunction fib = sandbox.export("fib");
		int calls = 6000;
		for (int i = 0; i < calls; i++) {
			fib.callInt(10);
		}
		ModuleWindow window = this.metrics.window(this.sandboxes, "simple_module").orElseThrow();
		assertThat(window.acquisitions().samples()).as("about one of 16").isBetween(calls / 64L, calls / 4L);
		CallCounts fibs = Objects.requireNonNull(window.functions().get("fib"));
		assertThat(fibs.processorTimed()).as("one of 256, more while code is cold").isBetween(2L, calls / 2L);
		assertThat(window.processorNanos()).isPositive().isLessThanOrEqualTo(fibs.busyNanos());
		assertThat(window.work().coldStarts()).isEqualTo(sandbox.statistics().pool().created()).isPositive();
		assertThat(window.coldStarts().mean()).isPositive();
		assertThat(load("state").call("increment", int.class)).isEqualTo(1);
		assertThat(this.metrics.window(this.sandboxes, "state").orElseThrow().peakMemory()).isEqualTo(1 << 16);
	}

	@Test
	void windowsForgetAndCountsDoNot() {
		WasmSandbox sandbox = load("simple_module");
		this.metrics.look(0, this.sandboxes);
		sandbox.call("add", int.class, 2, 3);
		for (int second = 1; second <= 30; second++) {
			this.metrics.look(second * SECOND, this.sandboxes);
		}
		PerformanceSummary summary = this.metrics.summary(this.sandboxes);
		assertThat(summary.outcomes().total()).isEqualTo(1);
		assertThat(summary.callsPerSecond()).isCloseTo(1.0 / 30, within(1e-9));
		for (int second = 31; second <= 130; second++) {
			this.metrics.look(second * SECOND, this.sandboxes);
		}
		assertThat(this.metrics.summary(this.sandboxes).outcomes().total()).isZero();
		assertThat(this.metrics.summary(this.sandboxes).calls().samples()).isZero();
		assertThat(counts("simple_module", "add").clean().total()).isEqualTo(1);
	}

	/** Slices of 2.5 s, which no look each second ends at the right moment. */
	@Test
	void aWindowOfHalfAMinuteIsNoLonger() {
		PerformanceMetrics halfMinute = new PerformanceMetrics(
				new MetricsSettings(Duration.ofSeconds(30), PerformanceTargets.defaults()));
		try (WasmSandboxes own = WasmSandboxes.builder().workObserver(halfMinute).build()) {
			WasmSandbox sandbox = own
				.load(ModuleDefinition.named("m").source(ModuleSource.of(Fixtures.bytes("simple_module"))).build());
			for (int second = 0; second <= 100; second++) {
				halfMinute.look(second * SECOND, own);
				assertThat(halfMinute.summary(own).window()).isLessThanOrEqualTo(Duration.ofSeconds(33));
			}
			sandbox.call("add", int.class, 2, 3);
			for (int second = 101; second <= 133; second++) {
				halfMinute.look(second * SECOND, own);
			}
			assertThat(halfMinute.summary(own).outcomes().total()).isZero();
			assertThat(halfMinute.summary(own).window()).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
		}
	}

	/** Refused before the guest ran, whatever they were called through. */
	@Test
	void callsWithWrongArgumentsAreCounted() {
		WasmSandbox sandbox = load("simple_module");
		WasmFunction add = sandbox.export("add");
		List<ThrowingCallable> wrong = new ArrayList<>(
				List.of(() -> sandbox.call("add", int.class, 1), () -> add.callRaw(1), () -> add.callLong(1, 2),
						() -> add.call(int.class, 1), () -> sandbox.callMetered("add", int.class, 1)));
		try (SandboxSession session = sandbox.openSession()) {
			WasmFunction held = session.export("add");
			wrong.addAll(
					List.of(() -> session.call("add", int.class, 1), () -> held.callRaw(1), () -> held.callDouble(1)));
			wrong.forEach((call) -> assertThatExceptionOfType(GuestAbiException.class).isThrownBy(call));
		}
		CallCounts counts = counts("simple_module", "add");
		assertThat(counts.all().count(Outcome.ABI)).isEqualTo(wrong.size());
		assertThat(sandbox.statistics().calls().get(Outcome.ABI)).isEqualTo(wrong.size());
	}

	/** The first look may come late. */
	@Test
	void theFirstWindowBeginsWhenTheModuleIsLoaded() {
		AtomicLong clock = new AtomicLong(5 * SECOND);
		PerformanceMetrics timed = new PerformanceMetrics(MetricsSettings.defaults(), clock::get);
		try (WasmSandboxes own = WasmSandboxes.builder().workObserver(timed).build()) {
			WasmSandbox sandbox = own
				.load(ModuleDefinition.named("m").source(ModuleSource.of(Fixtures.bytes("simple_module"))).build());
			for (int i = 0; i < 20; i++) {
				sandbox.call("add", int.class, 2, 3);
			}
			clock.addAndGet(2 * SECOND);
			timed.look(clock.get(), own);
			assertThat(timed.summary(own).window()).isEqualTo(Duration.ofSeconds(2));
			assertThat(timed.summary(own).callsPerSecond()).isEqualTo(10);
		}
	}

	@Test
	void reloadKeepsCountsAndUnloadRemovesThem() {
		WasmSandbox sandbox = load("simple_module");
		WasmFunction add = sandbox.export("add");
		add.callInt(2, 3);
		this.sandboxes.reload("simple_module");
		add.callInt(2, 3);
		assertThat(counts("simple_module", "add").clean().total()).isEqualTo(2);
		sandbox.close();
		assertThat(this.metrics.counts("simple_module")).isEmpty();
		assertThat(this.metrics.modules()).isEmpty();
		assertThat(this.metrics.summary(this.sandboxes, "simple_module")).isEmpty();
	}

	@Test
	void nothingIsKeptOfAModuleThatCannotBeLoaded() {
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> load("start_trap"));
		assertThat(this.metrics.modules()).isEmpty();
	}

	@Test
	void metersComeWithTheFirstCallAndGoWithTheModule() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		PerformanceMonitor monitor = new PerformanceMonitor(this.metrics, this.sandboxes);
		new WasmCallMetrics(monitor, this.sandboxes).bindTo(registry);
		WasmSandbox sandbox = load("simple_module");
		assertThat(registry.find("wasm.calls").functionTimer()).isNull();
		sandbox.call("add", int.class, 2, 3);
		try (SandboxSession session = sandbox.openSession()) {
			session.call("add", int.class, 2, 3);
		}
		monitor.look(0);
		assertThat(registry.get("wasm.calls").tags("module", "simple_module", "function", "add").functionTimer())
			.satisfies((timer) -> {
				assertThat(timer.count()).isEqualTo(1);
				assertThat(timer.totalTime(timer.baseTimeUnit())).isPositive();
			});
		assertThat(registry.get("wasm.calls.outcomes")
			.tags("module", "simple_module", "function", "add", "outcome", "SUCCESS")
			.functionCounter()
			.count()).isEqualTo(2);
		assertThat(registry.get("wasm.instance.cold-start").tag("module", "simple_module").functionTimer().count())
			.isEqualTo((double) sandbox.statistics().pool().created());
		assertThat(registry.get("wasm.anomalies").functionCounter().count()).isZero();
		sandbox.close();
		assertThat(registry.getMeters()).isEmpty();
	}

	@Test
	void aModuleThatStopsWorkingIsNoticedOnce() {
		PerformanceMonitor monitor = new PerformanceMonitor(this.metrics, this.sandboxes);
		WasmSandbox sandbox = load("traps");
		List<Anomaly> found = new ArrayList<>();
		long second = 0;
		for (int window = 0; window < 45; window++) {
			for (int i = 0; i < 12; i++) {
				second += 5;
				for (int call = 0; call < 5; call++) {
					if (window < 35) {
						sandbox.call("ok", int.class);
					}
					else {
						assertThatExceptionOfType(SandboxTrapException.class)
							.isThrownBy(() -> sandbox.call("unreachable", void.class));
					}
				}
				found.addAll(monitor.look(second * SECOND));
			}
		}
		assertThat(found).filteredOn((anomaly) -> anomaly.figure() == Anomaly.Figure.ERROR_RATE)
			.singleElement()
			.satisfies((anomaly) -> assertThat(anomaly.now()).isGreaterThan(0.5));
		assertThat(monitor.anomalies("traps")).hasSize((int) Math.min(20, monitor.anomalyCount("traps")))
			.anySatisfy((noticed) -> assertThat(found).contains(noticed.anomaly()));
	}

	@Test
	void withoutAnObserverNothingIsMeasured() {
		try (WasmSandboxes plain = WasmSandboxes.builder().build()) {
			WasmSandbox sandbox = plain
				.load(ModuleDefinition.named("plain").source(ModuleSource.of(Fixtures.bytes("simple_module"))).build());
			sandbox.call("add", int.class, 2, 3);
			try (SandboxSession session = sandbox.openSession()) {
				session.call("add", int.class, 2, 3);
			}
			assertThat(sandbox.statistics().calls()).containsEntry(Outcome.SUCCESS, 2L);
			assertThat(this.metrics.windows(plain)).isEmpty();
		}
	}

}
