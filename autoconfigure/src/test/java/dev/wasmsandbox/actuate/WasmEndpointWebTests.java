package dev.wasmsandbox.actuate;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.module.ModuleCache;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The endpoint over HTTP, in a whole application. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=wasm",
				"wasm.modules.memory.location=classpath:wasm/memory_test.wasm",
				"wasm.modules.memory.limits.memory=1MB" })
class WasmEndpointWebTests {

	private final RestTestClient client;

	WasmEndpointWebTests(@LocalServerPort int port) {
		this.client = RestTestClient.bindToServer().baseUrl("http://localhost:" + port + "/actuator").build();
	}

	@BeforeEach
	void call(@Autowired WasmSandbox sandbox) {
		sandbox.call("size", int.class);
	}

	@Test
	void answersForAllModules() {
		this.client.get()
			.uri("/wasm")
			.exchangeSuccessfully()
			.expectBody()
			.jsonPath("$.modules.length()")
			.isEqualTo(1)
			.jsonPath("$.modules[0].name")
			.isEqualTo("memory")
			.jsonPath("$.modules[0].source")
			.isEqualTo("classpath:wasm/memory_test.wasm")
			.jsonPath("$.modules[0].digest")
			.isEqualTo(ModuleCache.digest(Fixtures.bytes("memory_test")))
			.jsonPath("$.modules[0].sizeBytes")
			.isEqualTo(Fixtures.bytes("memory_test").length)
			.jsonPath("$.modules[0].memory.limitPages")
			.isEqualTo(16)
			.jsonPath("$.modules[0].tier")
			.isEqualTo("AHEAD_OF_TIME")
			.jsonPath("$.modules[0].compileMillis")
			.isNumber()
			.jsonPath("$.modules[0].calls.byOutcome.SUCCESS")
			.isNotEmpty()
			.jsonPath("$.modules[0].calls.byOutcome.TRAP")
			.isEqualTo(0)
			.jsonPath("$.modules[0].calls.errors")
			.isEqualTo(0)
			.jsonPath("$.modules[0].pool.maxSize")
			.isEqualTo(64)
			.jsonPath("$.modules[0].exports")
			.doesNotExist()
			.jsonPath("$.cache.modules")
			.isEqualTo(1)
			.jsonPath("$.cache.maxWeightBytes")
			.isEqualTo(256 << 20);
	}

	@Test
	void answersForOneModuleWithItsInterface() {
		this.client.get()
			.uri("/wasm/memory")
			.exchangeSuccessfully()
			.expectBody()
			.jsonPath("$.name")
			.isEqualTo("memory")
			.jsonPath("$.exports[?(@.name == 'grow')].signature")
			.isEqualTo("(i32) -> i32")
			.jsonPath("$.exports[?(@.name == 'memory')].kind")
			.isEqualTo("memory")
			.jsonPath("$.exports[?(@.name == 'memory')].signature")
			.doesNotExist()
			.jsonPath("$.imports")
			.isEmpty()
			.jsonPath("$.limits.memoryBytes")
			.isEqualTo(1 << 20)
			.jsonPath("$.limits.callTimeoutMillis")
			.isEqualTo(1000.0);
	}

	@Test
	void answersNotFoundForAnUnknownModule() {
		this.client.get().uri("/wasm/nobody").exchange().expectStatus().isNotFound();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
