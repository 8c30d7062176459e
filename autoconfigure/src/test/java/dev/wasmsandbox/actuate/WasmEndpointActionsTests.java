package dev.wasmsandbox.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.module.ModuleCache;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** What is done to modules over HTTP, in a whole application. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = "management.endpoints.web.exposure.include=wasm")
class WasmEndpointActionsTests {

	private static final byte[] FIRST = Fixtures.bytes("simple_module");

	@TempDir
	private static Path folder;

	private final RestTestClient client;

	private final WasmSandbox sandbox;

	WasmEndpointActionsTests(@LocalServerPort int port, @Autowired WasmSandbox sandbox) {
		this.client = client(port);
		this.sandbox = sandbox;
	}

	private static RestTestClient client(int port) {
		return RestTestClient.bindToServer().baseUrl("http://localhost:" + port + "/actuator").build();
	}

	private static Path file() {
		return folder.resolve("simple.wasm");
	}

	@DynamicPropertySource
	static void location(DynamicPropertyRegistry registry) throws IOException {
		Files.write(file(), FIRST);
		registry.add("wasm.modules.simple.location", () -> file().toUri().toString());
	}

	@BeforeEach
	void first(@Autowired WasmSandboxes sandboxes) throws IOException {
		Files.write(file(), FIRST);
		sandboxes.reload("simple");
	}

	private RestTestClient.ResponseSpec post(String module, Map<String, ?> body) {
		return post(this.client, module, body);
	}

	private static RestTestClient.ResponseSpec post(RestTestClient client, String module, Map<String, ?> body) {
		return client.post().uri("/wasm/" + module).contentType(MediaType.APPLICATION_JSON).body(body).exchange();
	}

	private static byte[] other() {
		byte[] other = new byte[FIRST.length + 4];
		System.arraycopy(FIRST, 0, other, 0, FIRST.length);
		System.arraycopy(new byte[] { 0, 2, 1, 't' }, 0, other, FIRST.length, 4);
		return other;
	}

	@Test
	void reloadsFromTheConfiguredLocationOnly() throws IOException {
		int before = this.sandbox.info().reloads();
		Files.write(file(), other());
		post("simple", Map.of("action", "reload", "location", "file:/nowhere", "source", "file:/nowhere"))
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.digest")
			.isEqualTo(ModuleCache.digest(other()))
			.jsonPath("$.reloads")
			.isEqualTo(before + 1)
			.jsonPath("$.source")
			.isEqualTo(file().toUri().toString())
			.jsonPath("$.loadedAt")
			.isNotEmpty();
		assertThat(this.sandbox.info().digest()).isEqualTo(ModuleCache.digest(other()));
		assertThat(this.sandbox.call("add", int.class, 2, 3)).isEqualTo(5);
	}

	@Test
	void answersWithAProblemIfTheVersionLacksExports() throws IOException {
		Files.write(file(), Wat.assemble("(module (func (export \"add\") (param i32) (result i32) local.get 0))"));
		post("simple", Map.of("action", "reload")).expectStatus()
			.isEqualTo(409)
			.expectHeader()
			.contentType("application/problem+json")
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(409)
			.jsonPath("$.reason")
			.isEqualTo("INCOMPATIBLE_EXPORTS")
			.jsonPath("$.detail")
			.value(String.class, (detail) -> assertThat(detail)
				.contains("'add' must be a function (i32, i32) -> i32, but is a function (i32) -> i32"));
		assertThat(this.sandbox.call("add", int.class, 2, 3)).isEqualTo(5);
	}

	@Test
	void answersWithAProblemIfTheVersionCannotBeRun() throws IOException {
		Files.write(file(), new byte[] { 'n', 'o', ' ', 'w', 'a', 's', 'm', '!' });
		post("simple", Map.of("action", "reload")).expectStatus()
			.isEqualTo(422)
			.expectBody()
			.jsonPath("$.reason")
			.isEqualTo("MALFORMED");
		Files.delete(file());
		post("simple", Map.of("action", "reload")).expectStatus()
			.isEqualTo(422)
			.expectBody()
			.jsonPath("$.reason")
			.isEqualTo("UNREADABLE");
		assertThat(this.sandbox.info().digest()).isEqualTo(ModuleCache.digest(FIRST));
	}

	@Test
	void answersNotFoundAndBadRequest() {
		post("nobody", Map.of("action", "reload")).expectStatus().isNotFound();
		post("simple", Map.of()).expectStatus().isBadRequest();
		post("simple", Map.of("action", "explode")).expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.detail")
			.value(String.class, (detail) -> assertThat(detail).contains("'explode'", "reload, drain"));
	}

	@Test
	void drains() {
		post("simple", Map.of("action", "drain")).expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.pool.idle")
			.isEqualTo(0);
	}

	@Test
	void accessToReadDoesNotDoAnything() {
		try (var context = new SpringApplicationBuilder(Application.class).run("--server.port=0",
				"--management.endpoints.web.exposure.include=wasm", "--management.endpoint.wasm.access=read-only",
				"--wasm.modules.simple.location=classpath:wasm/simple_module.wasm")) {
			RestTestClient reader = client(
					context.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
			reader.get().uri("/wasm/simple").exchange().expectStatus().isOk();
			post(reader, "simple", Map.of("action", "reload")).expectStatus().isEqualTo(405);
			assertThat(context.getBean(WasmSandbox.class).info().reloads()).isZero();
		}
	}

	/** Actuator's own bound on all endpoints, whatever the action. */
	@Test
	void noActionIsDoneBeyondTheAccessThatIsPermitted() {
		try (var context = new SpringApplicationBuilder(Application.class).run("--server.port=0",
				"--management.endpoints.web.exposure.include=wasm",
				"--management.endpoints.access.max-permitted=read-only",
				"--wasm.modules.simple.location=classpath:wasm/simple_module.wasm")) {
			RestTestClient reader = client(
					context.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
			WasmSandbox module = context.getBean(WasmSandbox.class);
			int maxSize = module.pool().statistics().maxSize();
			for (ModuleAction action : ModuleAction.values()) {
				post(reader, "simple", Map.of("action", action.text(), "size", 1)).expectStatus().isEqualTo(405);
			}
			assertThat(module.pool().statistics().maxSize()).isEqualTo(maxSize);
			assertThat(module.pool().statistics().discarded()).isZero();
			reader.get().uri("/wasm").exchange().expectStatus().isOk();
			reader.get().uri("/wasm/nobody").exchange().expectStatus().isNotFound();
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
