package dev.wasmsandbox.sample;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.sample.Http.Answer;
import dev.wasmsandbox.spring.WasmModule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sends what is wrong and expects a problem detail that says what to do. After each, the
 * application still does its work.
 */
@SampleTest
class WrongInputsTest {

	private static final byte[] NOTHING = {};

	/** The signature and the header of a PNG of 60,000 x 60,000 pixels. */
	private static final byte[] HUGE_PNG = bytes(0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R',
			0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0, 0, 0, 0, 0);

	private final Http http;

	WrongInputsTest(@Autowired Http http) {
		this.http = http;
	}

	private static byte[] bytes(int... values) {
		byte[] bytes = new byte[values.length];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) values[i];
		}
		return bytes;
	}

	static Stream<WrongInput> uploads() {
		byte[] hash = Fixtures.bytes("hash");
		return Stream.of(upload("an empty file", 422, "0 bytes", NOTHING),
				upload("a truncated module", 422, "Send the whole binary", Arrays.copyOf(hash, hash.length - 100)),
				upload("only the header's half", 422, "Send the whole binary", Arrays.copyOf(hash, 5)),
				upload("a PNG", 422, "magic bytes", HUGE_PNG),
				upload("a text", 422, "magic bytes", "(module)".getBytes(StandardCharsets.UTF_8)),
				upload("a component", 422, "component", bytes(0, 'a', 's', 'm', 0x0d, 0, 1, 0)),
				upload("a memory of 2000 pages", 422, "limits.memory",
						bytes(0, 'a', 's', 'm', 1, 0, 0, 0, 5, 4, 1, 0, 0xd0, 0x0f)),
				upload("over sample.uploads.module-size", 413, "At most 16777216 bytes", new byte[17 << 20]),
				upload("100 MB", 413, "max-file-size", new byte[100_000_000]),
				upload("a start function that traps", 422, "mend the module", Fixtures.bytes("start_trap")),
				upload("a start function without end", 504, "limits.call-timeout", Fixtures.bytes("start_loop")),
				upload("SIMD", 422, "SIMD", Fixtures.bytes("simd")),
				upload("imports nobody supplies", 422, "env.scale (f64) -> f64", Fixtures.bytes("host_calls")),
				new WrongInput("a form without the file", 400, "no file named 'file'",
						(http) -> http.upload("/modules", "other", "a.wasm", hash)),
				new WrongInput("no body", 422, "0 bytes", (http) -> http.post("/modules", "application/wasm", NOTHING)),
				new WrongInput("a broken form", 400, "Send it again",
						(http) -> http.post("/modules", "multipart/form-data; boundary=x", "--x\r\nContent-Disp")));
	}

	static Stream<WrongInput> calls() {
		return Stream.of(call("an unknown function", 400, "there are bad_indirect", "{\"function\":\"no\"}"),
				call("no function", 400, "needs a \"function\"", "{\"arguments\":[]}"),
				call("too few arguments", 400, "takes 2, but was given 1", "{\"function\":\"div\",\"arguments\":[1]}"),
				call("too many arguments", 400, "takes 0, but was given 1", "{\"function\":\"ok\",\"arguments\":[1]}"),
				call("a word for a number", 400, "Argument 2 of 'div' must be an i32",
						"{\"function\":\"div\",\"arguments\":[1,\"two\"]}"),
				call("a fraction for an i32", 400, "but is 1.5", "{\"function\":\"div\",\"arguments\":[1.5,1]}"),
				call("a number out of range", 400, "2^32", "{\"function\":\"div\",\"arguments\":[1,4294967296]}"),
				call("a number of a billion digits", 400, "2^32",
						"{\"function\":\"div\",\"arguments\":[1,\"1e999999999\"]}"),
				call("a null", 400, "but is null", "{\"function\":\"div\",\"arguments\":[1,null]}"),
				call("an object", 400, "must be an i32", "{\"function\":\"div\",\"arguments\":[1,{}]}"),
				call("bad JSON", 400, "Send for example", "{\"function\":"),
				call("arguments that are no list", 400, "Send for example", "{\"function\":\"ok\",\"arguments\":7}"),
				call("unreachable", 422, "Check the arguments", "{\"function\":\"unreachable\"}"),
				call("a division by zero", 422, "divide by zero", "{\"function\":\"div\",\"arguments\":[1,0]}"),
				call("an endless recursion", 422, "stack", "{\"function\":\"recurse\",\"arguments\":[2000000000]}"),
				call("an endless loop", 504, "limits.call-timeout", "{\"function\":\"loop_forever\"}"),
				call("an endless br_if", 504, "limits.call-timeout", "{\"function\":\"loop_br_if\"}"),
				new WrongInput("a form for JSON", 415, "application/json",
						(http) -> http.post("/modules/" + http.idOf(Fixtures.bytes("traps")) + "/call",
								"application/x-www-form-urlencoded", "function=ok")),
				new WrongInput("an unknown module", 404, "upload it again",
						(http) -> http.call("nobody", "{\"function\":\"ok\"}")),
				new WrongInput("a module of the application", 404, "upload it again",
						(http) -> http.call("hash", "{\"function\":\"alloc\",\"arguments\":[8]}")),
				new WrongInput("an unknown module to delete", 404, "upload it again",
						(http) -> http.delete("/modules/nobody")));
	}

	static Stream<WrongInput> jobs() {
		return Stream.of(
				new WrongInput("a word for a number", 400, "'a' must be a whole number",
						(http) -> http.get("/add?a=two&b=1")),
				new WrongInput("a missing parameter", 400, "Add it to the URL", (http) -> http.get("/add?a=2")),
				new WrongInput("a number out of range", 400, "between 0 and 46", (http) -> http.get("/fib?n=47")),
				new WrongInput("too much work", 504, "limits.call-timeout", (http) -> http.get("/fib?n=46")),
				new WrongInput("bytes that are no UTF-8", 400, "Send text in UTF-8",
						(http) -> http.post("/text/slugify", "text/plain", bytes(0xff, 0xfe))),
				new WrongInput("a long text", 413, "At most",
						(http) -> http.post("/text/slugify", "text/plain", new byte[8 << 20])),
				new WrongInput("a large body", 413, "At most",
						(http) -> http.post("/hash/sha256", "application/octet-stream", new byte[50_000_000])),
				new WrongInput("a seed that is none", 400, "'seed' must be",
						(http) -> http.post("/hash/xxhash64?seed=x", "text/plain", "abc")),
				new WrongInput("no PNG", 422, "Convert the image",
						(http) -> http.upload("/image/grayscale", "file", "a.png", Fixtures.bytes("hash"))),
				new WrongInput("an empty PNG", 422, "0 bytes",
						(http) -> http.upload("/image/grayscale", "file", "a.png", NOTHING)),
				new WrongInput("a PNG too large when unpacked", 422, "smaller image",
						(http) -> http.post("/image/grayscale", "image/png", HUGE_PNG)),
				new WrongInput("a PNG without its pixels", 422, "damaged", (http) -> {
					byte[] png = HUGE_PNG.clone();
					png[18] = 0;
					png[22] = 0;
					return http.post("/image/blur?radius=2", "image/png", png);
				}),
				new WrongInput("a form without the image", 400, "no file named 'file'",
						(http) -> http.upload("/image/grayscale", "picture", "a.png", HUGE_PNG)),
				new WrongInput("a negative radius", 400, "radius must be between",
						(http) -> http.post("/image/blur?radius=-1", "image/png", HUGE_PNG)),
				new WrongInput("a size of nothing", 400, "width must be between",
						(http) -> http.post("/image/resize?width=0&height=5", "image/png", HUGE_PNG)),
				new WrongInput("a large size", 422, "smaller image",
						(http) -> http.post("/image/resize?width=65535&height=65535", "image/png", HUGE_PNG)),
				new WrongInput("another method", 405, "POST", (http) -> http.get("/hash/sha256")),
				new WrongInput("a path to nowhere", 404, "The page at /", (http) -> http.get("/nowhere")));
	}

	private static WrongInput upload(String what, int status, String says, byte[] file) {
		return new WrongInput(what, status, says, (http) -> http.uploadModule(file));
	}

	private static WrongInput call(String what, int status, String says, String json) {
		return new WrongInput(what, status, says, (http) -> http.call(http.idOf(Fixtures.bytes("traps")), json));
	}

	@ParameterizedTest
	@MethodSource({ "uploads", "calls", "jobs" })
	void isAnsweredWithAProblemDetail(WrongInput input) {
		Answer answer = input.request().apply(this.http);
		assertThat(answer.status()).as(answer::text).isEqualTo(input.status());
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		JsonNode problem = answer.json();
		assertThat(problem.path("status").intValue()).isEqualTo(input.status());
		assertThat(problem.path("title").stringValue()).isNotBlank();
		assertThat(problem.path("detail").stringValue()).contains(input.says());
		assertThat(answer.text()).doesNotContain("chicory", "Exception");
	}

	@Test
	void trapsAreNamed() {
		String id = this.http.idOf(Fixtures.bytes("traps"));
		assertThat(this.http.call(id, "{\"function\":\"unreachable\"}").json().path("trap").stringValue())
			.isEqualTo("UNREACHABLE");
		assertThat(this.http.uploadModule(Fixtures.bytes("start_trap")).json().path("trap").stringValue())
			.isEqualTo("UNREACHABLE");
	}

	@Test
	void busyModuleAsksToRetry(@Autowired @WasmModule("hash") WasmSandbox hash) {
		try (SandboxSession session = hash.openSession()) {
			Answer answer = this.http.post("/hash/sha256", "text/plain", "abc");
			assertThat(session.moduleName()).isEqualTo("hash");
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.header("Retry-After")).isEqualTo("1");
			assertThat(answer.json().path("detail").stringValue()).contains("pool.max-size");
		}
	}

	@AfterEach
	void everythingElseStillWorks() {
		assertThat(this.http.get("/add?a=2&b=40").text()).isEqualTo("42");
		assertThat(this.http.post("/hash/xxhash64", "text/plain", "abc").text()).isEqualTo("44bc2cf5ad770999");
		assertThat(this.http.get("/actuator/health").status()).isEqualTo(200);
	}

	/**
	 * One wrong input.
	 *
	 * @param what what is wrong
	 * @param status the status it is to be answered with
	 * @param says a part of the detail
	 * @param request sends it
	 */
	record WrongInput(String what, int status, String says, Function<Http, Answer> request) {

		@Override
		public String toString() {
			return this.what + " is " + this.status;
		}

	}

}
