package dev.wasmsandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import com.sun.net.httpserver.HttpServer;
import dev.wasmsandbox.abi.ExtismHttp;
import dev.wasmsandbox.abi.PluginHosts;
import dev.wasmsandbox.error.HostFunctionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The sender of requests that is documented does what is said of it. */
class ExtismHttpTests {

	@SuppressWarnings("NullAway.Init")
	private HttpServer server;

	@SuppressWarnings("NullAway.Init")
	private String origin;

	@SuppressWarnings("NullAway.Init")
	private WasmSandbox plugin;

	@BeforeEach
	void serve() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		answer("/hello", 200, "hello");
		answer("/moved", 302, "elsewhere");
		answer("/large", 200, "x".repeat(2 << 20));
		this.server.start();
		this.origin = "http://127.0.0.1:" + this.server.getAddress().getPort();
		this.plugin = TestModules.builder("extism_c")
			.capabilities(ExtismHttp.CAPABILITY)
			.pluginHosts(PluginHosts.none().withHttp(new AllowedHosts(Set.of(this.origin))))
			.build();
	}

	private void answer(String path, int status, String body) {
		this.server.createContext(path, (exchange) -> {
			byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
			exchange.getRequestBody().readAllBytes();
			exchange.getResponseHeaders().set("location", "/hello");
			exchange.getResponseHeaders().set("x-method", exchange.getRequestMethod());
			exchange.sendResponseHeaders(status, bytes.length);
			exchange.getResponseBody().write(bytes);
			exchange.close();
		});
	}

	@AfterEach
	void stop() {
		this.plugin.close();
		this.server.stop(0);
	}

	private String send(String function, String url) {
		return this.plugin.call(function, String.class, "{\"url\":\"" + url + "\"}");
	}

	@Test
	void whatIsAllowedIsSentAndAnswered() {
		assertThat(send("http", this.origin + "/hello")).isEqualTo("hello");
		assertThat(send("http_post", this.origin + "/hello")).startsWith("200{").contains("\"x-method\":\"GET\"");
		assertThat(send("http_post", this.origin + "/moved")).as("no redirect is followed").startsWith("302{");
	}

	@Test
	void nothingElseIs() {
		for (String url : new String[] { "https://example.org/", "http://127.0.0.1/", "file:///etc/passwd", "/hello",
				this.origin + "@example.org/", this.origin.replace("http://", "http://me@") + "/hello",
				this.origin.replace("http", "HTTP") + "/hello" }) {
			assertThatExceptionOfType(HostFunctionException.class).as(url)
				.isThrownBy(() -> send("http", url))
				.withMessageContaining("not allowed: ");
		}
		assertThatExceptionOfType(HostFunctionException.class).as("more than it reads")
			.isThrownBy(() -> send("http", this.origin + "/large"))
			.withCauseInstanceOf(IOException.class);
	}

	@Test
	void theDocumentationShowsIt() throws IOException {
		String code = Files.readString(Path.of("src/test/java/dev/wasmsandbox/AllowedHosts.java"));
		String shown = Files.readString(Path.of("../docs/plugins.md"));
		assertThat(words(shown)).contains(words(code.substring(code.indexOf("class AllowedHosts"))));
	}

	private static String words(String text) {
		return text.replaceAll("\\s+", " ");
	}

}
