package dev.wasmsandbox.sample.monitoring;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.sample.Http;
import dev.wasmsandbox.sample.monitoring.KnownLoad.Call;
import dev.wasmsandbox.sample.monitoring.Monitoring.Rule;
import org.assertj.core.data.Percentage;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.jspecify.annotations.Nullable;
import org.testcontainers.junit.jupiter.Testcontainers;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/** A real Prometheus scrapes the application, and is asked what operators ask it. */
@MonitoredSample
@Testcontainers(disabledWithoutDocker = true)
@TestInstance(Lifecycle.PER_CLASS)
class PrometheusTest {

	private static final String PACED = "{module=\"paced\", function=\"run_scale\"}";

	/** In milliseconds: Prometheus moves times of scrapes by up to two. */
	private static final int SLACK = 5;

	private final Http http;

	private final WasmSandboxes sandboxes;

	private @Nullable PrometheusServer started;

	PrometheusTest(@Autowired Http http, @Autowired WasmSandboxes sandboxes) {
		this.http = http;
		this.sandboxes = sandboxes;
	}

	@BeforeAll
	void start(@LocalServerPort int port) throws IOException {
		this.started = new PrometheusServer(port);
	}

	@AfterAll
	void stop() {
		if (this.started != null) {
			this.started.close();
		}
	}

	private PrometheusServer prometheus() {
		if (this.started == null) {
			throw new IllegalStateException("Not started");
		}
		return this.started;
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofSeconds(1));
	}

	@Test
	void everyQueryOfTheDashboardAndEveryRuleHasAResult() throws InterruptedException {
		List<String> queries = Stream
			.concat(Monitoring.queries().stream(), Monitoring.rules().stream().map(Rule::compared))
			.toList();
		SampleLoad load = new SampleLoad(this.http, this.sandboxes);
		try {
			await().untilAsserted(() -> assertThat(queries).allSatisfy((query) -> assertThat(prometheus().query(query))
				.anySatisfy((result) -> assertThat(value(result)).isNotNaN())));
			assertThat(Monitoring.variables()).hasSize(3)
				.allSatisfy((variable) -> assertThat(prometheus().values(variable.label(), variable.selector()))
					.isNotEmpty());
			// Rules are evaluated at times of their own.
			await().untilAsserted(() -> {
				assertThat(prometheus().rules()).hasSameSizeAs(Monitoring.rules())
					.allSatisfy((rule) -> assertThat(rule.path("health").stringValue()).as(rule.toString())
						.isEqualTo("ok"));
				assertThat(prometheus().rules()).filteredOn((rule) -> "WasmPoolExhausted".equals(name(rule)))
					.singleElement()
					.satisfies((rule) -> assertThat(rule.path("state").stringValue()).isNotEqualTo("inactive"));
			});
		}
		finally {
			load.stop();
		}
	}

	private static String name(JsonNode rule) {
		return rule.path("name").stringValue();
	}

	@Test
	void ratesAndTimesAreThoseThatCallersSaw() throws InterruptedException, ExecutionException {
		new KnownLoad(this.sandboxes).each();
		await().until(() -> current() > 0);
		double before = current();
		await().until(() -> value("wasm_calls_seconds_count" + PACED) == before);
		this.http.post("/actuator/wasm/paced", "application/json", "{\"action\": \"reset-statistics\"}");
		List<Call> calls = KnownLoad.of(new KnownLoad(this.sandboxes).run(), "paced", "run_scale");
		await().until(
				() -> value("wasm_calls_buckets_total{module=\"paced\", function=\"run_scale\", le=\"+Inf\"}") == before
						+ calls.size());
		List<double[]> samples = samples("wasm_calls_seconds_count" + PACED + "[1h]");
		countsLieBetweenWhatHadEndedAndWhatHadBegun(samples, before, calls);
		double quiet = samples.stream().filter((sample) -> sample[1] == before).toList().getLast()[0];
		double full = samples.stream().filter((sample) -> sample[1] == before + calls.size()).toList().getFirst()[0];
		long range = Math.round(1000 * (full - quiet)) + 100;
		String rate = "rate(wasm_calls_seconds_count" + PACED + "[" + range + "ms])";
		assertThat(value(prometheus().query(rate, full).getFirst())).isCloseTo(calls.size() / (full - quiet),
				Percentage.withPercentage(5));
		for (double percentile : new double[] { 0.5, 0.95, 0.99 }) {
			double seen = 1e-9 * KnownLoad.percentile(calls, percentile);
			assertThat(value("wasm_calls_percentile_seconds{module=\"paced\", function=\"run_scale\", phi=\""
					+ percentile + "\"}"))
				.isCloseTo(seen, Percentage.withPercentage(10));
			// As far as a bucket reaches: a quarter.
			assertThat(value("histogram_quantile(%s, wasm_calls_buckets_total%s - wasm_calls_buckets_total%s @ %s)"
				.formatted(percentile, PACED, PACED, quiet))).isCloseTo(seen, Percentage.withPercentage(26));
		}
	}

	private double current() {
		return Scrape.of(this.http.get("/actuator/prometheus").text())
			.sum("wasm_calls_seconds_count", "module", "paced", "function", "run_scale");
	}

	/** At each scrape, which took some time. */
	private void countsLieBetweenWhatHadEndedAndWhatHadBegun(List<double[]> samples, double before, List<Call> calls) {
		List<double[]> durations = samples("scrape_duration_seconds[1h]");
		for (double[] sample : samples) {
			double began = 1000 * sample[0];
			double took = durations.stream()
				.filter((duration) -> duration[0] == sample[0])
				.mapToDouble((duration) -> 1000 * duration[1])
				.findFirst()
				.orElseThrow();
			long ended = calls.stream().filter((call) -> call.endedMillis() < began - SLACK).count();
			long begun = calls.stream().filter((call) -> call.beganMillis() <= began + took + SLACK).count();
			if (sample[1] >= before) {
				assertThat(sample[1] - before).isBetween((double) ended, (double) begun);
			}
		}
	}

	/** The values of one series over a range, each after its time. */
	private List<double[]> samples(String query) {
		return prometheus().query(query)
			.getFirst()
			.path("values")
			.valueStream()
			.map((value) -> new double[] { value.get(0).doubleValue(), number(value.get(1)) })
			.toList();
	}

	/** The value of a query with one result; NaN as long as there is none. */
	private double value(String query) {
		List<JsonNode> results = prometheus().query(query);
		return (results.size() == 1) ? value(results.getFirst()) : Double.NaN;
	}

	private static double value(JsonNode result) {
		return number(result.path("value").get(1));
	}

	private static double number(JsonNode value) {
		return Double.parseDouble(value.stringValue().replace("Inf", "Infinity"));
	}

}
