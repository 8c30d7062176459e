package dev.wasmsandbox.sample.uploads;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.sample.Http;
import dev.wasmsandbox.sample.Http.Answer;
import dev.wasmsandbox.sample.SampleTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class UploadsTest {

	private final Http http;

	UploadsTest(@Autowired Http http) {
		this.http = http;
	}

	@Test
	void uploadShowsWhatIsInTheModule() throws NoSuchAlgorithmException {
		byte[] module = Fixtures.bytes("process_array");
		Answer answer = this.http.upload("/modules", "file", "C:\\mine\\array.wasm", module);
		assertThat(answer.status()).isEqualTo(201);
		JsonNode shown = answer.json();
		assertThat(answer.header("Location")).isEqualTo("/modules/" + shown.path("id").stringValue());
		assertThat(shown.path("fileName").stringValue()).isEqualTo("array.wasm");
		assertThat(shown.path("size").intValue()).isEqualTo(module.length);
		assertThat(shown.path("digest").stringValue())
			.isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(module)));
		assertThat(shown.path("imports")).isEmpty();
		assertThat(shown.path("exports")
			.valueStream()
			.map((export) -> export.path("name").stringValue() + " " + export.path("signature").stringValue("")))
			.contains("alloc (i32) -> i32", "sum (i32, i32) -> f64", "sort (i32, i32) -> ()");
		assertThat(this.http.get("/modules").text()).contains(shown.path("id").stringValue());
		assertThat(this.http.get(answer.header("Location")).json().path("digest")).isEqualTo(shown.path("digest"));
	}

	@Test
	void rawBodyIsTakenToo() {
		assertThat(this.http.post("/modules", "application/wasm", Fixtures.bytes("simple_module")).status())
			.isEqualTo(201);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			i32   | [-5]                              | [-5]
			i32   | ["0xffffffff"]                    | [-1]
			i32   | [4294967295]                      | [-1]
			i32   | [2.0]                             | [2]
			i64   | [9007199254740993]                | ["9007199254740993"]
			i64   | ["-9223372036854775808"]          | ["-9223372036854775808"]
			i64   | ["0x8000000000000000"]            | ["-9223372036854775808"]
			f32   | [0.1]                             | [0.1]
			f64   | ["NaN"]                           | ["NaN"]
			f64   | ["-Infinity"]                     | ["-Infinity"]
			f64   | [1e300]                           | [1.0E300]
			swap  | [1, "2"]                          | ["2",1]
			four  | [-3]                              | [-3,"-3",-1.5,-1.5]
			mix   | [1, 2, 0.5, 0.25]                 | [3.75]
			none  | []                                | []
			""")
	void valuesKeepAllTheirBits(String function, String arguments, String results) {
		String id = this.http.idOf(Fixtures.bytes("values"));
		Answer answer = this.http.call(id, "{\"function\":\"" + function + "\",\"arguments\":" + arguments + "}");
		assertThat(answer.text()).startsWith("{\"results\":" + results + ",");
		assertThat(answer.json().path("nanos").longValue()).isPositive();
	}

	@Test
	void argumentsMayBeLeftOutWhereThereAreNone() {
		String id = this.http.idOf(Fixtures.bytes("values"));
		assertThat(this.http.call(id, "{\"function\":\"none\"}").status()).isEqualTo(200);
	}

	@Test
	void eachCallIsClean() {
		String id = this.http.idOf(Fixtures.bytes("state"));
		for (int i = 0; i < 3; i++) {
			assertThat(this.http.call(id, "{\"function\":\"increment\"}").json().path("results").toString())
				.isEqualTo("[1]");
		}
	}

	@Test
	void deletedModuleIsGone() {
		String id = this.http.idOf(Fixtures.bytes("simple_module"));
		assertThat(this.http.delete("/modules/" + id).status()).isEqualTo(204);
		assertThat(this.http.get("/modules/" + id).status()).isEqualTo(404);
		assertThat(this.http.get("/actuator/wasm/" + id).status()).isEqualTo(404);
	}

	@Test
	void pageAndOperationsAreThere() {
		assertThat(this.http.get("/").text()).contains("<h1>WebAssembly sandboxes</h1>");
		assertThat(this.http.get("/actuator/health").json().path("status").stringValue()).isEqualTo("UP");
		assertThat(this.http.get("/actuator/wasm").text()).contains("\"image\"", "\"simple\"");
		assertThat(this.http.get("/actuator/wasm/image").text()).contains("box_blur");
	}

}
