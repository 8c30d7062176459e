package dev.wasmsandbox.sample.monitoring;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.sample.Http;
import dev.wasmsandbox.sample.monitoring.KnownLoad.Call;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Figures are true: what the endpoint and the scrape say of a load is what its callers
 * saw. Nothing is held against a clock but what the same calls took by it, so that a slow
 * machine makes no difference.
 */
@MonitoredSample
@TestInstance(Lifecycle.PER_CLASS)
class FiguresTest {

	private static final List<String> MODULES = List.of("paced", "traps", "simple");

	private static final Percentage RATES = Percentage.withPercentage(5);

	private static final Percentage TIMES = Percentage.withPercentage(10);

	private final WasmSandboxes sandboxes;

	private final Http http;

	private List<Call> calls = List.of();

	private Scrape before = new Scrape(List.of());

	private Scrape after = new Scrape(List.of());

	/** What the endpoint says of each module. */
	private final Map<String, JsonNode> performance = new HashMap<>();

	/** The windows that it says it of: no shorter, no longer. */
	private double shortest;

	private double longest;

	FiguresTest(@Autowired WasmSandboxes sandboxes, @Autowired Http http) {
		this.sandboxes = sandboxes;
		this.http = http;
	}

	@BeforeAll
	void load() throws InterruptedException, ExecutionException {
		new KnownLoad(this.sandboxes).each();
		Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
			this.before = scrape();
			assertThat(KnownLoad.FUNCTIONS)
				.allSatisfy((function) -> assertThat(this.before.find("wasm_calls_outcomes_total", "module",
						function.module(), "function", function.name()))
					.isNotEmpty());
			assertThat(this.before.sum("wasm_calls_buckets_total", "le", "+Inf"))
				.isEqualTo(this.before.sum("wasm_calls_seconds_count"));
		});
		long outerBegin = System.nanoTime();
		MODULES.forEach(this::reset);
		long innerBegin = System.nanoTime();
		this.calls = new KnownLoad(this.sandboxes).run();
		this.shortest = 1e-9 * (System.nanoTime() - innerBegin);
		MODULES.forEach((module) -> this.performance.put(module,
				this.http.get("/actuator/wasm/" + module).json().path("performance")));
		this.longest = 1e-9 * (System.nanoTime() - outerBegin);
		// Times are published once a second.
		Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
			this.after = scrape();
			assertThat(counted("wasm_calls_buckets_total", "module", "simple", "function", "fib", "le", "+Inf"))
				.isEqualTo(of("simple", "fib").size());
			assertThat(counted("wasm_calls_buckets_total", "module", "paced", "function", "run_scale", "le", "+Inf"))
				.isEqualTo(of("paced", "run_scale").size());
		});
	}

	private void reset(String module) {
		assertThat(this.http.post("/actuator/wasm/" + module, "application/json", "{\"action\": \"reset-statistics\"}")
			.status()).isEqualTo(200);
	}

	private JsonNode performance(String module) {
		return Objects.requireNonNull(this.performance.get(module));
	}

	private Scrape scrape() {
		return Scrape.of(this.http.get("/actuator/prometheus").text());
	}

	private List<Call> of(String module, String function) {
		return KnownLoad.of(this.calls, module, function);
	}

	private double counted(String name, String... labels) {
		return this.after.sum(name, labels) - this.before.sum(name, labels);
	}

	@ParameterizedTest
	@ValueSource(strings = { "paced", "traps", "simple" })
	void endpointHasRatesAndErrors(String module) {
		List<Call> made = this.calls.stream().filter((call) -> call.module().equals(module)).toList();
		long failed = made.stream().filter((call) -> call.outcome() != Outcome.SUCCESS).count();
		JsonNode summary = performance(module).path("summary");
		assertThat(summary.path("windowSeconds").doubleValue()).isBetween(this.shortest, this.longest);
		assertThat(summary.path("callsPerSecond").doubleValue()).isBetween(0.95 * made.size() / this.longest,
				1.05 * made.size() / this.shortest);
		assertThat(summary.path("errorRate").doubleValue()).isCloseTo((double) failed / made.size(),
				Offset.offset(1e-9));
		assertThat(summary.path("outcomes").propertyStream())
			.allSatisfy((outcome) -> assertThat(outcome.getValue().longValue())
				.isEqualTo(made.stream().filter((call) -> call.outcome().name().equals(outcome.getKey())).count()));
	}

	@ParameterizedTest
	@CsvSource({ "paced, run_scale", "simple, fib" })
	void endpointHasTimes(String module, String function) {
		List<Call> made = of(module, function);
		JsonNode latency = performance(module).path("functions")
			.valueStream()
			.filter((called) -> called.path("name").stringValue().equals(function))
			.findFirst()
			.orElseThrow()
			.path("latency");
		assertThat(latency.path("samples").longValue()).isEqualTo(made.size());
		assertThat(latency.path("meanMicros").doubleValue())
			.isCloseTo(made.stream().mapToLong(Call::nanos).average().orElseThrow() / 1000, TIMES);
		for (int percentile : new int[] { 50, 95, 99 }) {
			assertThat(latency.path("p" + percentile + "Micros").doubleValue()).as("p" + percentile)
				.isCloseTo(KnownLoad.percentile(made, percentile / 100.0) / 1000, TIMES);
		}
	}

	@Test
	void scrapeHasCountsByOutcome() {
		for (Outcome outcome : Outcome.values()) {
			for (String module : MODULES) {
				assertThat(counted("wasm_calls_outcomes_total", "module", module, "outcome", outcome.name()))
					.as(module + " " + outcome)
					.isEqualTo((double) this.calls.stream()
						.filter((call) -> call.module().equals(module) && call.outcome() == outcome)
						.count());
			}
		}
		assertThat(counted("wasm_calls_outcomes_total", "module", "traps", "outcome", "TIMEOUT")).isPositive();
		assertThat(counted("wasm_calls_seconds_count", "module", "traps", "function", "ok"))
			.as("calls that are refused are not timed")
			.isZero();
	}

	@ParameterizedTest
	@CsvSource({ "paced, run_scale", "simple, fib" })
	void scrapeHasRatesAndTimes(String module, String function) {
		String[] labels = { "module", module, "function", function };
		List<Call> made = of(module, function);
		assertThat(counted("wasm_calls_seconds_count", labels)).isCloseTo(made.size(), RATES);
		assertThat(counted("wasm_calls_seconds_sum", labels))
			.isCloseTo(1e-9 * made.stream().mapToLong(Call::nanos).sum(), TIMES);
		for (double percentile : new double[] { 0.5, 0.95, 0.99 }) {
			double seen = 1e-9 * KnownLoad.percentile(made, percentile);
			assertThat(this.after.sum("wasm_calls_percentile_seconds", "module", module, "function", function, "phi",
					String.valueOf(percentile)))
				.as("phi " + percentile)
				.isCloseTo(seen, TIMES);
		}
	}

	@ParameterizedTest
	@CsvSource({ "paced, run_scale", "simple, fib" })
	void bucketsOfTheScrapeHoldTheCallsThatTookNoLonger(String module, String function) {
		List<Call> made = of(module, function);
		List<Double> bounds = this.after.find("wasm_calls_buckets_total", "module", module, "function", function)
			.map(FiguresTest::bound)
			.sorted()
			.toList();
		assertThat(bounds).hasSize(94).doesNotHaveDuplicates();
		for (double percentile : new double[] { 0.5, 0.95, 0.99 }) {
			double lower = 0;
			for (double bound : bounds) {
				if (below(module, function, bound) >= percentile * made.size()) {
					// Callers see a little more than the library does.
					assertThat(1e-9 * KnownLoad.percentile(made, percentile)).as(function + " " + percentile)
						.isBetween(0.95 * lower, 1.05 * bound);
					break;
				}
				lower = bound;
			}
			assertThat(lower).isPositive();
		}
	}

	private double below(String module, String function, double bound) {
		return this.after.find("wasm_calls_buckets_total", "module", module, "function", function)
			.filter((sample) -> bound(sample) == bound)
			.mapToDouble((sample) -> sample.value() - this.before.sum("wasm_calls_buckets_total", "module", module,
					"function", function, "le", sample.labels().getOrDefault("le", "")))
			.sum();
	}

	private static double bound(Scrape.Sample sample) {
		String bound = sample.labels().getOrDefault("le", "");
		return bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
	}

}
