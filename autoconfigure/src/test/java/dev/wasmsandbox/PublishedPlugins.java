package dev.wasmsandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

import dev.wasmsandbox.abi.ExtismMemory;
import dev.wasmsandbox.abi.ExtismSettings;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.wasi.WasiDirectory;
import dev.wasmsandbox.wasi.WasiRandom;
import dev.wasmsandbox.wasi.WasiSettings;

/**
 * Plug-ins that others have published, with the calls and answers that the tests of
 * Extism's own runtimes make of them.
 */
final class PublishedPlugins {

	private static final String VOWELS = "aeiouAEIOU____________________________________&smtms_y?";

	private PublishedPlugins() {
	}

	/**
	 * A plug-in and the calls to make in one session.
	 *
	 * @param file below the folder of the plug-ins: the repository, and the file's name
	 */
	record Plugin(String file, UnaryOperator<SandboxBuilder> setting, List<Call> calls) {
	}

	/**
	 * A call.
	 *
	 * @param answer what is answered, or what the answer or the failure's text contains
	 * @param ending how it ends
	 */
	record Call(String function, String input, String answer, Ending ending) {
	}

	/** How a call ends. */
	enum Ending {

		ANSWER, CONTAINS, ERROR, TRAP, EXIT, TIMEOUT, SECURITY, LIMIT

	}

	private static Call call(String function, String input, String answer) {
		return new Call(function, input, answer, Ending.ANSWER);
	}

	private static Call contains(String function, String input, String part) {
		return new Call(function, input, part, Ending.CONTAINS);
	}

	private static Call ends(String function, String input, Ending ending, String part) {
		return new Call(function, input, part, ending);
	}

	private static Plugin plugin(String file, Call... calls) {
		return plugin(file, UnaryOperator.identity(), calls);
	}

	private static Plugin plugin(String file, UnaryOperator<SandboxBuilder> setting, Call... calls) {
		return new Plugin(file, setting, List.of(calls));
	}

	private static UnaryOperator<SandboxBuilder> config(String key, String value) {
		return (builder) -> builder.extism(new ExtismSettings(Map.of(key, value)));
	}

	/** A host function that makes text of text. */
	private static UnaryOperator<SandboxBuilder> text(String module, String name, UnaryOperator<String> function) {
		return (builder) -> builder.hostFunction(HostFunction.of(module, name, "(i64) -> i64", (guest, arguments) -> {
			ExtismMemory memory = ExtismMemory.of(guest);
			return new long[] { memory.write(function.apply(memory.readString(arguments[0]))) };
		}));
	}

	static WasiSettings.Builder wasi() {
		return WasiSettings.builder().clocks(true).random(WasiRandom.SECURE);
	}

	private static UnaryOperator<SandboxBuilder> directory(String path, String name, boolean readOnly) {
		String content = "hello world!";
		return (builder) -> builder.wasi(wasi()
			.directory(
					WasiDirectory.memory(path).file(name, content.getBytes(StandardCharsets.UTF_8)).readOnly(readOnly))
			.build());
	}

	@SafeVarargs
	private static UnaryOperator<SandboxBuilder> all(UnaryOperator<SandboxBuilder>... settings) {
		return (builder) -> {
			SandboxBuilder set = builder;
			for (UnaryOperator<SandboxBuilder> each : settings) {
				set = each.apply(set);
			}
			return set;
		};
	}

	static List<Plugin> ofTheRuntime() {
		UnaryOperator<SandboxBuilder> same = text("extism:host/user", "hello_world", UnaryOperator.identity());
		return List.of(
				plugin("extism/code.wasm", contains("count_vowels", "abc123", "\"count\":1"),
						contains("count_vowels", "this is a test aaa", "\"count\":7")),
				plugin("extism/code-functions.wasm", same,
						contains("count_vowels", VOWELS.repeat(1182), "{\"count\": 11820}"),
						contains("count_vowels", "this is a test aaa", "{\"count\": 7}")),
				plugin("extism/echo.wasm", call("echo", "a".repeat(65_541), "a".repeat(65_541)), call("echo", "", "")),
				plugin("extism/consume.wasm", call("consume", "anything", "")),
				plugin("extism/globals.wasm", contains("globals", "", "{\"count\": 0}"),
						contains("globals", "", "{\"count\": 1}"), contains("globals", "", "{\"count\": 2}")),
				plugin("extism/reflect.wasm",
						text("extism:host/user", "host_reflect", (input) -> input.toUpperCase(Locale.ROOT)),
						call("reflect", "Hello, world!", "HELLO, WORLD!"),
						call("reflect", "a".repeat(65_539), "A".repeat(65_539))),
				plugin("extism/allocations.wasm", call("allocations", "", "")),
				plugin("extism/empty.wasm", call("test", "", "")),
				plugin("extism/loop.wasm", (builder) -> builder.callTimeout(Duration.ofMillis(200)),
						ends("loop_forever", "abc123", Ending.TIMEOUT, "limits.call-timeout")),
				plugin("extism/unreachable.wasm", (builder) -> builder.abi("extism"),
						ends("do_unreachable", "", Ending.TRAP, "unreachable")),
				plugin("extism/read_write.wasm",
						all(directory("/data", "data.txt", true), config("path", "/data/data.txt")),
						call("try_read", "", "hello world!"),
						ends("try_write", "hello world 2", Ending.ERROR, "Failed to write file")),
				plugin("extism/http.wasm",
						ends("http_request", "{\"url\": \"https://extism.org\"}", Ending.SECURITY, "extism.http")),
				plugin("rust-pdk/code.wasm", contains("count_vowels", "abc123", "\"count\":1")),
				plugin("rust-pdk/count_vowels.wasm", call("count_vowels", "Hello, World!", "{\"count\":3}")),
				plugin("rust-pdk/host_function.wasm", same, call("count_vowels", "Hello, World!", "{\"count\":3}")),
				plugin("rust-pdk/host_function_safe.wasm", same,
						call("count_vowels", "Hello, World!", "{\"count\":3}")),
				plugin("chicory-sdk/void-return.wasm", (builder) -> builder.abi("extism"), call("dummy", "", "")));
	}

	static List<Plugin> ofGo() {
		return List.of(plugin("go-sdk/alloc.wasm", call("run_test", "", "")),
				plugin("go-sdk/config.wasm", config("thing", "hello"), call("run_test", "", "{\"config\": \"hello\"}")),
				plugin("go-sdk/config.wasm", call("run_test", "", "{\"config\": \"<unset by host>\"}")),
				plugin("go-sdk/fail.wasm", ends("run_test", "", Ending.ERROR, "Some error message")),
				plugin("go-sdk/hello.wasm", call("run_test", "", "Hello, world!")),
				plugin("go-sdk/exit.wasm", config("code", "500"), ends("_start", "", Ending.EXIT, "code 500")),
				plugin("go-sdk/exit.wasm", config("code", "-1"), ends("_start", "", Ending.EXIT, "code 4294967295")),
				plugin("go-sdk/exit.wasm", config("code", "abc"), ends("_start", "", Ending.EXIT, "code 1")),
				plugin("go-sdk/exit.wasm", ends("_start", "", Ending.EXIT, "code 2")),
				plugin("go-sdk/host.wasm", PublishedPlugins::multiply, call("run_test", "", "42 x 2 = 84")),
				plugin("go-sdk/host_memory.wasm", text("host", "to_upper", (input) -> input.toUpperCase(Locale.ROOT)),
						call("run_test", "Frodo", "HELLO FRODO!")),
				plugin("go-sdk/host_multiple.wasm",
						all(text("extism:host/user", "hostGreenMessage", (input) -> "🟢:" + input),
								text("extism:host/user", "hostPurpleMessage", (input) -> "🟣:" + input)),
						call("say_green", "John Doe", "🟢:🫱 Hey from say_green John Doe"),
						call("say_purple", "Jane Doe", "🟣:👋 Hello from say_purple Jane Doe")),
				plugin("go-sdk/count_vowels.wasm",
						call("count_vowels", "aaa", "{\"count\":3,\"total\":3,\"vowels\":\"aeiouAEIOU\"}"),
						call("count_vowels", "bbba", "{\"count\":1,\"total\":4,\"vowels\":\"aeiouAEIOU\"}"),
						contains("count_vowels", "hello world", "\"count\":3"),
						contains("count_vowels", "aaaaaa", "\"count\":6"), contains("count_vowels", "", "\"count\":0"),
						contains("count_vowels", "bbbbbbb", "\"count\":0")),
				plugin("go-sdk/log.wasm", call("run_test", "", "")),
				plugin("go-sdk/sleep.wasm",
						all(config("duration", "3"), (builder) -> builder.callTimeout(Duration.ofMillis(200))),
						ends("run_test", "", Ending.TIMEOUT, "limits.call-timeout")),
				plugin("go-sdk/sleep.wasm", config("duration", "0"), call("run_test", "", "slept for 0 seconds")),
				plugin("go-sdk/var.wasm", contains("run_test", "", "a: 0")),
				plugin("go-sdk/fs.wasm", directory("/mnt", "test.txt", false), call("run_test", "", "hello world!")),
				plugin("go-sdk/read_write.wasm",
						all(directory("/mnt", "test.txt", true), config("path", "/mnt/test.txt")),
						call("try_read", "", "hello world!"),
						ends("try_write", "hello hello!", Ending.ERROR, "Failed to write file")),
				plugin("go-sdk/std_command.wasm", PublishedPlugins::manySegments, call("_start", "ben", "hello ben")),
				plugin("go-sdk/input_offset.wasm", contains("input_offset_length", "hello world", "\u000b")),
				plugin("go-sdk/http.wasm", ends("run_test", "", Ending.SECURITY, "extism.http")));
	}

	private static SandboxBuilder multiply(SandboxBuilder builder) {
		return builder.hostFunction(HostFunction.of("extism:host/user", "mult", "(i64, i64) -> i64",
				(_, arguments) -> new long[] { Math.multiplyExact(arguments[0], arguments[1]) }));
	}

	/** Go's own compiler makes one of each constant. */
	private static SandboxBuilder manySegments(SandboxBuilder builder) {
		SandboxLimits limits = SandboxLimits.defaults().withCallTimeout(Duration.ofSeconds(20));
		return builder.limits(limits.withModule(limits.module().with(ModuleLimit.DATA_SEGMENTS, 50_000)));
	}

	/** Those whose code the engine does not run. */
	static List<String> withSimd() {
		return List.of("go-sdk/hello_haskell.wasm", "js-sdk/hello_haskell.wasm");
	}

	static List<Plugin> ofOthers() {
		return List.of(
				plugin("js-sdk/code.wasm",
						call("count_vowels", "hello world", "{\"count\":3,\"total\":3,\"vowels\":\"aeiouAEIOU\"}")),
				plugin("js-sdk/code-functions.wasm", text("extism:host/user", "hello_world", (_) -> "wow okay then"),
						call("count_vowels", "hello world", "wow okay then")),
				plugin("js-sdk/memory.wasm", (builder) -> builder.memoryLimit(2 << 20),
						ends("alloc_memory", "{\"bytes\":3000000}", Ending.LIMIT, "limits.memory")),
				plugin("js-sdk/memory.wasm", call("alloc_memory", "{\"bytes\":327680}", ""),
						call("alloc_var", "{\"bytes\":1024}", "")),
				plugin("js-sdk/memory.wasm",
						ends("alloc_var", "{\"bytes\":1048577}", Ending.LIMIT, "variables of the plug-in")),
				plugin("js-sdk/loop-forever.wasm",
						(builder) -> builder.abi("extism").callTimeout(Duration.ofMillis(200)),
						ends("loop", "hello world", Ending.TIMEOUT, "limits.call-timeout")),
				plugin("js-sdk/fs.wasm", directory("/mnt", "test.txt", false), call("run_test", "", "hello world!")),
				plugin("dotnet-sdk/float.wasm", PublishedPlugins::floats,
						call("addf64", "",
								new String(bytes(Double.doubleToRawLongBits(101.5), 8), StandardCharsets.ISO_8859_1)),
						call("addf32", "",
								new String(bytes(Float.floatToRawIntBits(101.5f), 4), StandardCharsets.ISO_8859_1))),
				plugin("dotnet-sdk/loop.wasm", (builder) -> builder.callTimeout(Duration.ofMillis(200)),
						ends("loop_forever", "", Ending.TIMEOUT, "limits.call-timeout")));
	}

	private static SandboxBuilder floats(SandboxBuilder builder) {
		return builder
			.hostFunction(HostFunction.of("example", "getf64", "() -> f64",
					(_, _) -> new long[] { Double.doubleToRawLongBits(100.5) }))
			.hostFunction(HostFunction.of("example", "getf32", "() -> f32",
					(_, _) -> new long[] { Float.floatToRawIntBits(100.5f) }));
	}

	private static byte[] bytes(long value, int count) {
		byte[] bytes = new byte[count];
		for (int i = 0; i < count; i++) {
			bytes[i] = (byte) (value >> (8 * i));
		}
		return bytes;
	}

}
