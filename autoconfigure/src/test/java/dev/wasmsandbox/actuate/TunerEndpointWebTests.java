package dev.wasmsandbox.actuate;

import java.util.List;
import java.util.Map;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** The tuner's endpoint over HTTP, in a whole application. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=wasmtuner",
				"wasm.modules.simple.location=classpath:wasm/simple_module.wasm", "wasm.tuner.pinned=watchdog.tick" })
class TunerEndpointWebTests {

	private static final String SIZE = "$.parameters[?(@.id == 'simple/pool.max-size')].";

	private final RestTestClient client;

	private final WasmSandbox sandbox;

	private final AdaptivePerformanceTuner tuner;

	TunerEndpointWebTests(@LocalServerPort int port, @Autowired WasmSandbox sandbox,
			@Autowired AdaptivePerformanceTuner tuner) {
		this.client = client(port);
		this.sandbox = sandbox;
		this.tuner = tuner;
	}

	private static RestTestClient client(int port) {
		return RestTestClient.bindToServer().baseUrl("http://localhost:" + port + "/actuator").build();
	}

	@AfterEach
	void asBefore() {
		this.tuner.resume();
		this.tuner.unpin("simple/pool.max-size");
		this.sandbox.pool().resize(64);
	}

	private RestTestClient.ResponseSpec post(Map<String, ?> body) {
		return post(this.client, body);
	}

	private static RestTestClient.ResponseSpec post(RestTestClient client, Map<String, ?> body) {
		return client.post().uri("/wasmtuner").contentType(MediaType.APPLICATION_JSON).body(body).exchange();
	}

	@Test
	void showsModeParametersAndDecisions() {
		this.client.get()
			.uri("/wasmtuner")
			.exchangeSuccessfully()
			.expectBody()
			.jsonPath("$.mode")
			.isEqualTo("ADVISE")
			.jsonPath("$.activity")
			.isEqualTo("SETTLING")
			.jsonPath("$.intervalSeconds")
			.isEqualTo(30.0)
			.jsonPath("$.observationSeconds")
			.isEqualTo(60.0)
			.jsonPath(SIZE + "value")
			.isEqualTo("64")
			.jsonPath(SIZE + "values[0]")
			.isEqualTo("16")
			.jsonPath(SIZE + "risk")
			.isEqualTo("MEDIUM")
			.jsonPath(SIZE + "unit")
			.isEqualTo("sandboxes")
			.jsonPath("$.parameters[?(@.id == 'watchdog.tick')].pinned")
			.isEqualTo("CONFIGURED")
			.jsonPath("$.trial")
			.doesNotExist()
			.jsonPath("$.decisions")
			.isEmpty()
			.jsonPath("$.rollBacks")
			.isEmpty();
	}

	@Test
	void stopsAndResumes() {
		post(Map.of("action", "stop")).expectStatus().isOk().expectBody().jsonPath("$.activity").isEqualTo("STOPPED");
		post(Map.of("action", "RESUME")).expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.activity")
			.isEqualTo("SETTLING");
	}

	@Test
	void pinsAParameterToAValueAndReleasesIt() {
		post(Map.of("action", "pin", "parameter", "simple/pool.max-size", "value", "32")).expectStatus()
			.isOk()
			.expectBody()
			.jsonPath(SIZE + "value")
			.isEqualTo("32")
			.jsonPath(SIZE + "pinned")
			.isEqualTo("REQUESTED");
		assertThat(this.sandbox.pool().bounds().maxSize()).isEqualTo(32);
		post(Map.of("action", "unpin", "parameter", "simple/pool.max-size")).expectStatus()
			.isOk()
			.expectBody()
			.jsonPath(SIZE + "pinned")
			.isEmpty();
	}

	@Test
	void saysWhatIsWrongWithARequest() {
		for (Map<String, String> wrong : List.of(Map.of("action", "explode"), Map.of("action", "pin"),
				Map.of("action", "pin", "parameter", "nothing"),
				Map.of("action", "unpin", "parameter", "watchdog.tick"),
				Map.of("action", "pin", "parameter", "nothing", "value", "1"),
				Map.of("action", "pin", "parameter", "simple/pool.max-size", "value", "17"))) {
			post(wrong).expectStatus()
				.isBadRequest()
				.expectHeader()
				.contentTypeCompatibleWith("application/problem+json")
				.expectBody()
				.jsonPath("$.detail")
				.isNotEmpty();
		}
		assertThat(this.sandbox.pool().bounds().maxSize()).isEqualTo(64);
	}

	@Test
	void readOnlyItOnlyReads() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "management.endpoints.web.exposure.include=wasmtuner",
					"management.endpoint.wasmtuner.access=read-only")
			.run()) {
			RestTestClient reader = client(
					context.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
			reader.get().uri("/wasmtuner").exchangeSuccessfully();
			post(reader, Map.of("action", "stop")).expectStatus().isEqualTo(405);
			assertThat(context.getBean(AdaptivePerformanceTuner.class).status().activity().name())
				.isNotEqualTo("STOPPED");
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
