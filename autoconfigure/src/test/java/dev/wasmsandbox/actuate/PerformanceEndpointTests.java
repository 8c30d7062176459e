package dev.wasmsandbox.actuate;

import java.time.Duration;
import java.util.Map;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.SandboxTrapException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What the endpoint says about performance, over HTTP, in a whole application. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=wasm", "wasm.targets.error-rate=0.2",
				"wasm.modules.traps.location=classpath:wasm/traps.wasm", "wasm.modules.traps.pool.max-size=7",
				"wasm.modules.traps.pool.min-idle=2" })
class PerformanceEndpointTests {

	private final RestTestClient client;

	private final WasmSandbox sandbox;

	PerformanceEndpointTests(@LocalServerPort int port, @Autowired WasmSandbox sandbox) {
		this.client = RestTestClient.bindToServer().baseUrl("http://localhost:" + port + "/actuator").build();
		this.sandbox = sandbox;
	}

	@BeforeEach
	void work() {
		post(Map.of("action", "reset-statistics"));
		for (int i = 0; i < 3; i++) {
			this.sandbox.call("ok", int.class);
		}
		assertThatExceptionOfType(SandboxTrapException.class)
			.isThrownBy(() -> this.sandbox.call("unreachable", void.class));
	}

	private RestTestClient.BodyContentSpec get(String path) {
		return this.client.get().uri(path).exchange().expectStatus().isOk().expectBody();
	}

	private RestTestClient.BodyContentSpec post(Map<String, ?> body) {
		return this.client.post()
			.uri("/wasm/traps")
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody();
	}

	@Test
	void summaryTargetsAndRecommendationsAreThere() {
		get("/wasm").jsonPath("$.summary.calls.p99Micros")
			.value(Double.class, (micros) -> assertThat(micros).isPositive())
			.jsonPath("$.summary.outcomes.TRAP")
			.value(Integer.class, (traps) -> assertThat(traps).isPositive())
			.jsonPath("$.summary.memoryReservedBytes")
			.value(Integer.class, (bytes) -> assertThat(bytes).isPositive())
			.jsonPath("$.targets[1].property")
			.isEqualTo("wasm.targets.error-rate")
			.jsonPath("$.targets[1].target")
			.isEqualTo(0.2)
			.jsonPath("$.targets[3].property")
			.isEqualTo("wasm.targets.allocation")
			.jsonPath("$.targets[3].met")
			.doesNotExist()
			.jsonPath("$.recommendations")
			.isArray();
	}

	@Test
	void oneModuleIsShownByFunctions() {
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(this::measuredSinceTheReset);
		get("/wasm/traps").jsonPath("$.performance.functions[?(@.name == 'unreachable')].outcomes.TRAP")
			.exists()
			.jsonPath("$.performance.functions[?(@.name == 'ok')].latency.p50Micros")
			.exists()
			.jsonPath("$.performance.summary.errorRate")
			.value(Double.class, (rate) -> assertThat(rate).isBetween(0.01, 0.99))
			.jsonPath("$.performance.targets[?(@.property == 'wasm.targets.error-rate')].met")
			.exists()
			.jsonPath("$.performance.recommendations")
			.isArray()
			.jsonPath("$.performance.anomalies")
			.isEmpty();
	}

	private boolean measuredSinceTheReset() {
		try {
			get("/wasm/traps").jsonPath("$.performance.summary.callsPerSecond")
				.value(Double.class, (rate) -> assertThat(rate).isPositive());
			return true;
		}
		catch (AssertionError _) {
			return false;
		}
	}

	@Test
	void warmsAndResizes() {
		this.sandbox.pool().drain();
		post(Map.of("action", "warm"));
		assertThat(this.sandbox.statistics().pool().idle()).isGreaterThanOrEqualTo(2);
		post(Map.of("action", "resize", "size", 5)).jsonPath("$.pool.maxSize").isEqualTo(5);
		post(Map.of("action", "resize", "size", 7)).jsonPath("$.pool.maxSize").isEqualTo(7);
		this.client.post()
			.uri("/wasm/traps")
			.contentType(MediaType.APPLICATION_JSON)
			.body(Map.of("action", "resize"))
			.exchange()
			.expectStatus()
			.isEqualTo(400);
	}

	@SpringBootApplication
	static class Application {

	}

}
