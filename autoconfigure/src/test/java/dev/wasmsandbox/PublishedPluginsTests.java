package dev.wasmsandbox;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.wasmsandbox.PublishedPlugins.Call;
import dev.wasmsandbox.PublishedPlugins.Ending;
import dev.wasmsandbox.PublishedPlugins.Plugin;
import dev.wasmsandbox.abi.ExtismHttp;
import dev.wasmsandbox.abi.PluginHosts;
import dev.wasmsandbox.abi.WapcHost;
import dev.wasmsandbox.error.GuestErrorException;
import dev.wasmsandbox.error.GuestExitException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.error.WasmSandboxException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Extism plug-ins that others have published, as they are. The folder with a folder for
 * each repository is named by the system property {@code extism.plugins}; what is not
 * there is skipped.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublishedPluginsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final Path folder = Path.of(System.getProperty("extism.plugins", ""));

	private final List<String> results = new ArrayList<>();

	@BeforeEach
	void folderIsThere() {
		assumeTrue(!this.folder.toString().isEmpty(), "no plug-ins: name their folder by -Dextism.plugins=");
		assumeTrue(Files.isDirectory(this.folder), "no plug-ins: " + this.folder + " is no folder");
	}

	@TestFactory
	Stream<DynamicTest> theyGiveThePublishedAnswers() {
		return Stream.of(PublishedPlugins.ofTheRuntime(), PublishedPlugins.ofGo(), PublishedPlugins.ofOthers())
			.flatMap(List::stream)
			.map((plugin) -> DynamicTest.dynamicTest(plugin.file() + " " + plugin.calls().getFirst().function(),
					() -> run(plugin)));
	}

	private SandboxBuilder builder(String file) {
		Path binary = this.folder.resolve(file);
		assumeTrue(Files.isRegularFile(binary), file + " is not there");
		return WasmSandbox.builder().name("plugin").source(binary).callTimeout(TIMEOUT);
	}

	private void run(Plugin plugin) {
		SandboxBuilder builder = plugin.setting().apply(builder(plugin.file()).wasi(PublishedPlugins.wasi().build()));
		try (WasmSandbox sandbox = builder.build()) {
			assertThat(sandbox.info().abi()).isEqualTo("extism");
			try (SandboxSession session = sandbox.openSession()) {
				for (Call call : plugin.calls()) {
					check(session, call);
				}
			}
			try (SandboxSession clean = sandbox.openSession()) {
				check(clean, plugin.calls().getFirst());
			}
		}
		this.results.add(plugin.file() + ": " + plugin.calls().size() + " calls");
	}

	private static void check(SandboxSession session, Call call) {
		switch (call.ending()) {
			case ANSWER -> assertThat(answer(session, call)).isEqualTo(call.answer());
			case CONTAINS -> assertThat(answer(session, call)).contains(call.answer());
			default -> assertThatExceptionOfType(failure(call.ending()))
				.isThrownBy(() -> session.call(call.function(), byte[].class, call.input()))
				.withMessageContaining(call.answer());
		}
	}

	private static String answer(SandboxSession session, Call call) {
		byte[] bytes = session.call(call.function(), byte[].class, call.input());
		String text = new String(bytes, StandardCharsets.UTF_8);
		return (text.indexOf('\uFFFD') < 0) ? text : new String(bytes, StandardCharsets.ISO_8859_1);
	}

	private static Class<? extends WasmSandboxException> failure(Ending ending) {
		return switch (ending) {
			case ERROR -> GuestErrorException.class;
			case TRAP -> SandboxTrapException.class;
			case EXIT -> GuestExitException.class;
			case TIMEOUT -> SandboxTimeoutException.class;
			case SECURITY -> SecurityViolationException.class;
			case LIMIT -> SandboxLimitException.class;
			case ANSWER, CONTAINS -> throw new IllegalArgumentException();
		};
	}

	@Test
	void requestsAreSentByTheApplication() {
		PluginHosts hosts = PluginHosts.none()
			.withHttp((_, request) -> new ExtismHttp.Response(200, Map.of("content-type", "text/html; charset=utf-8"),
					("<html>" + request.uri().getHost() + "</html>").getBytes(StandardCharsets.UTF_8)));
		try (WasmSandbox http = builder("extism/http.wasm").capabilities(ExtismHttp.CAPABILITY)
			.pluginHosts(hosts)
			.build()) {
			assertThat(http.call("http_request", String.class, "{\"url\": \"https://extism.org\"}"))
				.isEqualTo("<html>extism.org</html>");
		}
		try (WasmSandbox http = builder("extism/http_headers.wasm").capabilities(ExtismHttp.CAPABILITY)
			.pluginHosts(hosts)
			.build()) {
			assertThat(http.call("http_get", String.class, "{\"url\": \"https://extism.org\"}"))
				.isEqualTo("{\"content-type\":\"text/html; charset=utf-8\"}");
		}
		this.results.add("extism/http.wasm, extism/http_headers.wasm: 2 calls with HTTP");
	}

	@Test
	void thoseThatUseSimdAreRefused() {
		PublishedPlugins.withSimd()
			.forEach((file) -> assertThatExceptionOfType(ModuleRejectedException.class)
				.isThrownBy(() -> builder(file).wasi(PublishedPlugins.wasi().build()).build())
				.withMessageContaining("SIMD"));
	}

	@Test
	void guestsOfWapcDoToo() {
		PluginHosts hosts = PluginHosts.none().withWapc((_, binding, namespace, operation, payload) -> {
			assertThat(new String(payload, StandardCharsets.UTF_8)).isIn("this is a test", "Simon");
			assertThat(List.of(binding, namespace, operation)).isIn(List.of("binding", "sample:namespace", "pong"),
					List.of("myBinding", "sample", "hello"));
			return new byte[0];
		});
		String payload = "this is a test";
		byte[] packed = { (byte) 0xab, 'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd' };
		assertThat(wapc("wasm_basic", "ping", payload, hosts)).asString().isEqualTo(payload);
		assertThat(wapc("wasi_basic", "ping", payload, hosts)).asString().isEqualTo(payload);
		assertThat(wapc("hello_as", "hello", payload, hosts)).asString().isEqualTo("Hello");
		assertThat(wapc("hello_zig", "hello", payload, hosts)).asString().isEqualTo("Hello, this is a test!");
		assertThat(wapc("wapc_guest_test", "echo", packed, hosts)).isEqualTo(packed);
		assertThat(wapc("output", "echo", packed, hosts)).isEqualTo(packed);
		this.results.add("wapc-rs: 6 guests");
	}

	private byte[] wapc(String guest, String operation, Object payload, PluginHosts hosts) {
		try (WasmSandbox sandbox = builder("wapc-rs/" + guest + ".wasm").wasi(PublishedPlugins.wasi().build())
			.capabilities(WapcHost.CAPABILITY)
			.pluginHosts(hosts)
			.build()) {
			assertThat(sandbox.info().abi()).isEqualTo("wapc");
			return sandbox.call(operation, byte[].class, payload);
		}
	}

	@AfterAll
	void report(TestReporter reporter) {
		this.results.forEach((line) -> System.out.println("published plug-in " + line));
		reporter.publishEntry("published plug-ins: " + this.results.size() + " passed");
	}

}
