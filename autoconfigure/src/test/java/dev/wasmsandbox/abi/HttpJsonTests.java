package dev.wasmsandbox.abi;

import java.net.URI;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** The descriptions of requests that plug-ins make up. */
class HttpJsonTests {

	@Test
	void aRequestIsRead() {
		ExtismHttp.Request request = HttpJson.request("""
				{ "url" : "https://example.org/a?b=\\u0063", "method":"post",
				  "headers": {"Content-Type":"text\\/plain", "X-Quote":"\\"\\\\\\n"} }
				""", new byte[] { 1 });
		assertThat(request.method()).isEqualTo("POST");
		assertThat(request.uri()).isEqualTo(URI.create("https://example.org/a?b=c"));
		assertThat(request.headers())
			.containsExactlyInAnyOrderEntriesOf(Map.of("Content-Type", "text/plain", "X-Quote", "\"\\\n"));
		assertThat(request.body()).containsExactly(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"url\":\"http://a\"}", "{\"url\":\"http://a\",\"headers\":{},\"method\":null}",
			"{\"url\":\"http://a\",\"headers\":null}" })
	void whatIsNotSaidIsUsual(String json) {
		ExtismHttp.Request request = HttpJson.request(json, new byte[0]);
		assertThat(request.method()).isEqualTo("GET");
		assertThat(request.headers()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{", "{}", "[]", "null", "{\"url\":1}", "{\"url\":\"http://a\"", "{\"url\":\"http://a",
			"{\"url\":\"http://a\"}x", "{\"url\":\"http://a\"}\0", "{\"url\":\"http://a\",}", "{\"url\" \"http://a\"}",
			"{\"url\":\"\\u00g0\"}", "{\"url\":\"\\x\"}", "{\"url\":\"\\u12\"}", "{\"url\":\"a\nb\"}",
			"{\"url\":\"a b\"}", "{\"url\":\"http://a\",\"headers\":{\"a\":{}}}",
			"{\"url\":\"http://a\",\"headers\":{\"a\":null}}",
			"{\"url\":\"http://a\",\"other\":[[[[[[[[[[]]]]]]]]]]}" })
	void anythingElseIsRefused(String json) {
		assertThatIllegalArgumentException().isThrownBy(() -> HttpJson.request(json, new byte[0]));
	}

	@Test
	void headersAreWritten() {
		assertThat(HttpJson.write(Map.of("b", "x\"\\\ny", "a", "\u0001ü")))
			.isEqualTo("{\"a\":\"\\u0001ü\",\"b\":\"x\\\"\\\\\\u000ay\"}");
		assertThat(HttpJson.write(Map.of())).isEqualTo("{}");
	}

}
