package dev.wasmsandbox.actuate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.metrics.MetricsSettings;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.metrics.PerformanceMonitor;
import dev.wasmsandbox.metrics.rules.StandardRules;
import dev.wasmsandbox.module.ModuleSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The answers that the documentation shows have all the fields of real ones and no
 * others. Real modules are made to do what each field needs to be there; how long windows
 * are is made up, so nothing waits.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=wasm,health,info",
				"management.endpoint.health.show-details=always", "wasm.metrics.enabled=false",
				"wasm.limits.total-memory=1GB", "wasm.tenants.by-name.acme.max-concurrent-calls=8",
				"wasm.tenants.by-name.acme.memory=64MB", "wasm.tenants.by-name.acme.cpu-time-per-second=10s",
				"wasm.modules.simple.location=classpath:wasm/simple_module.wasm",
				"wasm.modules.words.location=classpath:wasm/reactor_c.wasm", "wasm.modules.words.capabilities=mail",
				"wasm.modules.words.wasi.enabled=true", "wasm.modules.words.wasi.arguments=words",
				"wasm.modules.words.wasi.environment.GREETING=hello", "wasm.modules.words.wasi.clocks.enabled=true",
				"wasm.modules.words.wasi.random=secure", "wasm.modules.words.wasi.stdout=log" })
class DocumentedAnswersTests {

	/** Only a kernel that tells which pages were written knows how much that is. */
	private static final String WRITTEN = ".writtenBytesPerReset: number";

	/** Each of its sandboxes asks the host when it starts. */
	private static final byte[] GATE = Wat.assemble("""
			(module
			  (import "env" "ready" (func $ready))
			  (start $ready)
			  (func (export "ok")))
			""");

	private static final JsonMapper MAPPER = new JsonMapper();

	@TempDir
	private static Path folder;

	private final RestTestClient client;

	DocumentedAnswersTests(@LocalServerPort int port) {
		this.client = RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
	}

	@DynamicPropertySource
	static void directories(DynamicPropertyRegistry registry) {
		String directories = "wasm.modules.words.wasi.directories";
		registry.add(directories + "[0].guest-path", () -> "/data");
		registry.add(directories + "[0].host-path", () -> folder.toString());
		registry.add(directories + "[0].access", () -> "read-only");
		registry.add(directories + "[1].guest-path", () -> "/tmp");
	}

	/** An hour of the monitor's time: quiet at first, then busy, so that it notices. */
	@BeforeAll
	static void work(@Autowired WasmSandboxes sandboxes, @Autowired PerformanceMonitor monitor) {
		WasmSandbox words = sandboxes.get("words").forTenant("acme");
		long slice = MetricsSettings.defaults().window().toNanos() / 12;
		long now = 0;
		for (int window = 0; window < 36; window++) {
			int calls = (window < 32) ? 1 : 1100;
			for (int call = 0; call < calls; call++) {
				assertThat(words.call("char_count", int.class, "text")).isEqualTo(4);
			}
			for (int i = 0; i < 12; i++) {
				now += slice;
				monitor.look(now);
			}
		}
		assertThat(words.call("upper", String.class, "text")).isEqualTo("TEXT");
		failing(sandboxes);
	}

	/** A module that cannot serve. */
	private static void failing(WasmSandboxes sandboxes) {
		AtomicBoolean ready = new AtomicBoolean(true);
		WasmSandbox gate = sandboxes.load(ModuleDefinition.named("gate")
			.source(ModuleSource.of(GATE))
			.hostFunction(HostFunction.of("env", "ready", "() -> ()", (_, _) -> {
				if (!ready.get()) {
					throw new IllegalStateException("the database is not there");
				}
				return null;
			}))
			.build());
		ready.set(false);
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> gate.call("ok", void.class));
	}

	private String answer(String method, String path) {
		RestTestClient.RequestBodySpec request = this.client.method(HttpMethod.valueOf(method)).uri(path);
		if (method.equals("POST")) {
			request.contentType(MediaType.APPLICATION_JSON).body(Map.of("action", "explode"));
		}
		byte[] body = request.exchange().expectBody().returnResult().getResponseBody();
		return new String(Objects.requireNonNull(body), StandardCharsets.UTF_8);
	}

	private static JsonNode documented(String page, String method, String path) throws IOException {
		String text = Files.readString(Path.of("../docs/" + page));
		Matcher matcher = Pattern
			.compile("`" + method + " " + Pattern.quote(path) + "`[^\n]*:\n\n```json\n(.*?)\n```", Pattern.DOTALL)
			.matcher(text);
		assertThat(matcher.find()).as("%s shows an answer of %s %s", page, method, path).isTrue();
		return MAPPER.readTree(matcher.group(1));
	}

	@ParameterizedTest
	@CsvSource({ "endpoint.md, GET, /actuator/wasm", "endpoint.md, GET, /actuator/wasm/words",
			"endpoint.md, POST, /actuator/wasm/words", "observability.md, GET, /actuator/health/wasm",
			"observability.md, GET, /actuator/info" })
	void theDocumentedAnswerHasTheFieldsOfTheRealOne(String page, String method, String path) throws IOException {
		JsonNode real = MAPPER.readTree(answer(method, path));
		SortedSet<String> documented = JsonShape.of(documented(page, method, path));
		SortedSet<String> found = JsonShape.of(real);
		if (real.findValues("WRITTEN_PAGES").stream().noneMatch((count) -> count.asLong() > 0)) {
			documented.removeIf((line) -> line.endsWith(WRITTEN));
		}
		assertThat(found)
			.as("what %s answers, and %s does not show, or the other way round:\n%s", path, page, real.toPrettyString())
			.isEqualTo(documented);
	}

	/** Otherwise the comparison above would hold for anything. */
	@Test
	void aFieldMoreOrLessOrOfAnotherTypeIsSeen() {
		SortedSet<String> shape = shape("{\"a\": [{\"b\": 1}, {\"c\": \"x\"}], \"d\": {}}");
		assertThat(shape).containsExactly(".a: array", ".a[].b: number", ".a[].c: string", ".a[]: object", ".d: object",
				": object");
		for (String other : List.of("{\"a\": [{\"b\": 1}], \"d\": {}}",
				"{\"a\": [{\"b\": \"1\"}, {\"c\": \"x\"}], \"d\": {}}",
				"{\"a\": [{\"b\": 1}, {\"c\": \"x\"}], \"d\": {\"e\": true}}", "{\"a\": [], \"d\": {}}")) {
			assertThat(shape(other)).isNotEqualTo(shape);
		}
	}

	private static SortedSet<String> shape(String json) {
		return JsonShape.of(MAPPER.readTree(json));
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		PerformanceMetrics metrics() {
			return new PerformanceMetrics(MetricsSettings.defaults());
		}

		@Bean
		PerformanceMonitor monitor(PerformanceMetrics metrics, WasmSandboxes sandboxes) {
			return new PerformanceMonitor(metrics, sandboxes);
		}

		@Bean
		PerformanceAdvisor advisor(PerformanceMetrics metrics, WasmSandboxes sandboxes) {
			return new PerformanceAdvisor(metrics, sandboxes, StandardRules.all());
		}

	}

}
