package dev.wasmsandbox.metrics;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What is published of the times of calls. */
class WasmCallMetricsTests {

	private static final long SECOND = 1_000_000_000;

	private final AtomicLong clock = new AtomicLong();

	private final PerformanceMetrics metrics = new PerformanceMetrics(MetricsSettings.defaults(), this.clock::get);

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().workObserver(this.metrics).build();

	private final PerformanceMonitor monitor = new PerformanceMonitor(this.metrics, this.sandboxes);

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private void bind(CallDistribution distribution) {
		new WasmCallMetrics(this.monitor, this.sandboxes, distribution).bindTo(this.registry);
	}

	private WasmSandbox load(String fixture) {
		return this.sandboxes
			.load(ModuleDefinition.named(fixture).source(ModuleSource.of(Fixtures.bytes(fixture))).build());
	}

	/** Times are given, not measured. */
	private void record(long... micros) {
		FunctionMetrics add = (FunctionMetrics) this.metrics.module("simple_module", List.of("add")).function("add");
		for (long each : micros) {
			add.call(Outcome.SUCCESS, each * 1000);
		}
	}

	private double percentile(String phi) {
		return ((TimeGauge) this.registry.get("wasm.calls.percentile").tag("phi", phi).meter())
			.value(TimeUnit.MICROSECONDS);
	}

	private double bucket(String bound) {
		return this.registry.get("wasm.calls.buckets")
			.tags("module", "simple_module", "function", "add", "le", bound)
			.functionCounter()
			.count();
	}

	@Test
	void nothingIsPublishedUnasked() {
		bind(CallDistribution.NONE);
		load("simple_module").call("add", int.class, 2, 3);
		this.monitor.look(0);
		assertThat(this.registry.getMeters()).extracting((meter) -> meter.getId().getName())
			.contains("wasm.calls")
			.doesNotContain("wasm.calls.percentile", "wasm.calls.buckets");
	}

	@Test
	void percentilesAreThoseOfTheWindow() {
		bind(new CallDistribution(List.of(0.99, 0.5), false));
		load("simple_module");
		record(100, 200, 300, 400, 500);
		this.monitor.look(0);
		assertThat(percentile("0.5")).isCloseTo(300, Percentage.withPercentage(3.3));
		assertThat(percentile("0.99")).isCloseTo(500, Percentage.withPercentage(3.3));
		for (int second = 1; second <= 130; second++) {
			this.monitor.look(second * SECOND);
		}
		assertThat(percentile("0.5")).isNaN();
	}

	@Test
	void bucketsCountTheCallsThatTookNoLonger() {
		bind(new CallDistribution(List.of(), true));
		load("simple_module");
		record(1, 500, 600, 20_000_000);
		this.monitor.look(0);
		assertThat(bucket("0.000001024")).isEqualTo(1);
		assertThat(bucket("0.000524288")).isEqualTo(2);
		assertThat(bucket("0.00065536")).isEqualTo(3);
		assertThat(bucket("8.589934592")).isEqualTo(3);
		assertThat(bucket("+Inf")).isEqualTo(4);
		assertThat(this.registry.get("wasm.calls.buckets").functionCounters()).hasSize(94);
	}

	@Test
	void allFiguresAreOfOneMoment() {
		bind(new CallDistribution(List.of(), true));
		load("simple_module");
		record(1);
		this.monitor.look(0);
		assertThat(bucket("+Inf")).isEqualTo(1);
		record(1);
		assertThat(bucket("0.000001024")).as("until the next look").isEqualTo(1);
		this.monitor.look(SECOND);
		assertThat(bucket("0.000001024")).isEqualTo(2);
	}

	@Test
	void metersGoWithTheModule() {
		bind(new CallDistribution(List.of(0.5), true));
		WasmSandbox sandbox = load("simple_module");
		sandbox.call("add", int.class, 2, 3);
		this.monitor.look(0);
		assertThat(this.registry.find("wasm.calls.buckets").meters()).isNotEmpty();
		sandbox.close();
		assertThat(this.registry.getMeters()).isEmpty();
	}

	@Test
	void theTimerCountsWhatWasTimed() {
		bind(CallDistribution.NONE);
		WasmSandbox sandbox = load("simple_module");
		sandbox.call("add", int.class, 2, 3);
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> sandbox.call("add", int.class, 2));
		this.monitor.look(0);
		assertThat(this.registry.get("wasm.calls").tag("function", "add").functionTimer().count()).isEqualTo(1);
		assertThat(this.registry.get("wasm.calls.outcomes").tag("function", "add").functionCounters()).hasSize(2)
			.extracting(FunctionCounter::count)
			.containsOnly(1.0);
	}

	@Test
	void namesOfFunctionsThatLookLikeOutcomesAreTheirOwn() {
		bind(CallDistribution.NONE);
		load("simple_module");
		for (String name : List.of("a", "a SUCCESS")) {
			this.metrics.module("simple_module", List.of("a", "a SUCCESS")).function(name).call(Outcome.SUCCESS, 1);
		}
		this.monitor.look(0);
		assertThat(this.registry.get("wasm.calls").meters()).extracting(Meter::getId)
			.extracting((id) -> id.getTag("function"))
			.containsExactlyInAnyOrder("a", "a SUCCESS");
	}

	@Test
	void aWindowEndsWhenItIsAskedFor() {
		load("simple_module");
		this.monitor.look(0);
		record(1, 1, 1, 1);
		this.clock.set(SECOND / 2);
		ModuleWindow window = this.metrics.window(this.sandboxes, "simple_module").orElseThrow();
		assertThat(window.seconds()).isEqualTo(0.5);
		assertThat(this.metrics.summary(this.sandboxes).callsPerSecond()).isEqualTo(8);
		this.metrics.reset("simple_module");
		record(1);
		this.clock.set(3 * SECOND / 4);
		assertThat(this.metrics.summary(this.sandboxes).callsPerSecond()).isEqualTo(4);
		this.monitor.look(SECOND);
		assertThat(this.metrics.summary(this.sandboxes).callsPerSecond()).isEqualTo(2);
	}

	@Test
	void percentilesAreBetween0And1() {
		assertThatIllegalArgumentException().isThrownBy(() -> new CallDistribution(List.of(95.0), false))
			.withMessageContaining("from 0 to 1");
		assertThatIllegalArgumentException().isThrownBy(() -> new CallDistribution(List.of(Double.NaN), false));
		assertThat(new CallDistribution(List.of(0.9, 0.5, 0.9), false).percentiles()).containsExactly(0.5, 0.9);
	}

}
