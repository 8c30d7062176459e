package dev.wasmsandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.abi.ExtismHttp;
import dev.wasmsandbox.abi.ExtismSettings;
import dev.wasmsandbox.abi.PluginHosts;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestErrorException;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.wasi.WasiRandom;
import dev.wasmsandbox.wasi.WasiSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Plug-ins of Extism: how they are called, and what they cannot do. */
class ExtismPluginTests {

	private static final String REQUEST = "{\"url\":\"https://example.org/x\",\"method\":\"post\",\"headers\":{\"A\":\"b\"}}";

	private static SandboxBuilder plugin() {
		return TestModules.builder("extism_c");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "plain", "grüße, 世界 🟢", "12345678", "123456789" })
	void textGoesInAndOut(String text) {
		try (WasmSandbox plugin = plugin().build()) {
			assertThat(plugin.info().abi()).isEqualTo("extism");
			assertThat(plugin.call("echo", String.class, text)).isEqualTo(text);
			assertThat(plugin.call("echo_in_place", String.class, text)).isEqualTo(text);
			assertThat(plugin.call("count", String.class, text))
				.isEqualTo("{\"count\":" + text.codePointCount(0, text.length()) + "}");
			assertThat(plugin.call("probe", String.class, text)).isEqualTo("ok");
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 7, 8, 9, 65_536, 1 << 20, 16 << 20 })
	void bytesOfAllSizesGoInAndOut(int size) {
		byte[] bytes = new byte[size];
		for (int i = 0; i < size; i++) {
			bytes[i] = (byte) ((i * 31) >> 3);
		}
		try (WasmSandbox plugin = plugin().callTimeout(Duration.ofSeconds(60)).build()) {
			assertThat(Arrays.equals(plugin.call("echo", byte[].class, bytes), bytes)).isTrue();
		}
	}

	@Test
	void arraysAreTheirElements() {
		try (WasmSandbox plugin = plugin().build()) {
			assertThat(plugin.call("echo", double[].class, new double[] { 1.5, -0.0 })).containsExactly(1.5, -0.0);
			assertThat(plugin.call("echo", byte[].class, new int[] { 0x04030201 })).containsExactly(1, 2, 3, 4);
			assertThat(plugin.call("echo", String.class, ByteBuffer.wrap("buffer".getBytes(StandardCharsets.UTF_8))))
				.isEqualTo("buffer");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> plugin.call("echo", int[].class, "abcde"))
				.withMessageContaining("5 bytes");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> plugin.call("echo", String.class, new byte[] { 'a', (byte) 0xff }))
				.withMessageContaining("UTF-8");
		}
	}

	@Test
	void aFailureThatThePluginReportsIsNoTrap() {
		try (WasmSandbox plugin = plugin().build(); SandboxSession session = plugin.openSession()) {
			assertThatExceptionOfType(GuestErrorException.class)
				.isThrownBy(() -> session.call("fail_with_input", String.class, "line 1\nline 2"))
				.satisfies((ex) -> {
					assertThat(ex.guestMessage()).isEqualTo("line 1\nline 2");
					assertThat(ex.code()).isEqualTo(1);
					assertThat(ex.getMessage()).contains("line 1\uFFFDline 2");
					assertThat(ex.functionName()).isEqualTo("fail_with_input");
				});
			assertThatExceptionOfType(GuestErrorException.class)
				.isThrownBy(() -> session.call("fail_without_message", String.class))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(7));
			assertThatExceptionOfType(GuestErrorException.class)
				.isThrownBy(() -> session.call("error_and_success", String.class))
				.satisfies((ex) -> assertThat(ex.guestMessage()).isEqualTo("error"));
			assertThat(session.call("error_taken_back", String.class)).isEqualTo("output");
			assertThat(session.call("nothing", String.class, "x")).isEmpty();
			assertThat(session.call("no_result", String.class)).isEqualTo("no result");
			assertThat(plugin.statistics().calls()).containsEntry(Outcome.ERROR, 3L);
		}
	}

	@Test
	void aTrapStaysATrapAndSaysWhatWasReportedBefore() {
		try (WasmSandbox plugin = plugin().build()) {
			assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> plugin.call("trap", String.class))
				.satisfies((ex) -> assertThat(ex.getSuppressed()).singleElement()
					.isInstanceOfSatisfying(GuestErrorException.class,
							(said) -> assertThat(said.guestMessage()).isEqualTo("before the trap")));
		}
	}

	@Test
	void variablesLiveAsLongAsTheSession() {
		try (WasmSandbox plugin = plugin().build()) {
			try (SandboxSession session = plugin.openSession()) {
				session.call("set_var", void.class, "name=value");
				assertThat(session.call("get_var", String.class, "name")).isEqualTo("value");
				session.call("set_var", void.class, "name=");
				assertThatExceptionOfType(GuestErrorException.class)
					.isThrownBy(() -> session.call("get_var", String.class, "name"));
				session.call("set_var", void.class, "name=again");
			}
			plugin.call("set_var", void.class, "name=of a clean call");
			assertThatExceptionOfType(GuestErrorException.class)
				.isThrownBy(() -> plugin.call("get_var", String.class, "name"))
				.withMessageContaining("no such variable");
		}
	}

	@Test
	void variablesAreBounded() {
		try (WasmSandbox plugin = plugin().build(); SandboxSession session = plugin.openSession()) {
			session.call("set_var", void.class, "a=" + "x".repeat(600_000));
			session.call("set_var", void.class, "a=" + "y".repeat(600_000));
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> session.call("set_var", void.class, "b=" + "x".repeat(600_000)))
				.satisfies((ex) -> assertThat(ex.value()).isEqualTo(1 << 20));
		}
	}

	@Test
	void theConfigurationIsRead() {
		try (WasmSandbox plugin = plugin().extism(new ExtismSettings(Map.of("key", "vàlue"))).build()) {
			assertThat(plugin.call("config", String.class, "key")).isEqualTo("vàlue");
			assertThatExceptionOfType(GuestErrorException.class)
				.isThrownBy(() -> plugin.call("config", String.class, "other"));
		}
	}

	@Test
	void whatIsExchangedIsBoundedByTheMemoryLimit() {
		try (WasmSandbox plugin = plugin().memoryLimit(8 << 20).build()) {
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> plugin.call("hog", String.class))
				.satisfies((ex) -> {
					assertThat(ex.limit()).isEqualTo("limits.memory");
					assertThat(ex.value()).isEqualTo(8 << 20);
				});
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> plugin.call("echo", byte[].class, new byte[9 << 20]));
			assertThat(plugin.call("reuse", String.class)).isEqualTo("ok");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "c", "v", "k", "w", "l" })
	void anAddressThatIsNoneEndsTheCall(String function) {
		try (WasmSandbox plugin = plugin().build()) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> plugin.call("bad_handle", String.class, function))
				.withMessageContaining("no block");
			assertThat(plugin.call("echo", String.class, "still here")).isEqualTo("still here");
		}
	}

	@Test
	void anOutputOrErrorOutsideOfTheMemoryIsNone() {
		try (WasmSandbox plugin = plugin().build()) {
			assertThat(plugin.call("bad_handle", String.class, "o")).isEmpty();
			assertThatExceptionOfType(GuestErrorException.class)
				.isThrownBy(() -> plugin.call("bad_handle", String.class, "e"))
				.satisfies((ex) -> assertThat(ex.guestMessage()).isEmpty());
		}
	}

	@Test
	void requestsNeedACapabilityAndAHost() {
		try (WasmSandbox plugin = plugin().build()) {
			assertThatExceptionOfType(SecurityViolationException.class)
				.isThrownBy(() -> plugin.call("http", String.class, REQUEST))
				.satisfies((ex) -> assertThat(ex.required()).isEqualTo(ExtismHttp.CAPABILITY));
		}
		try (WasmSandbox plugin = plugin().capabilities(ExtismHttp.CAPABILITY).build()) {
			assertThatExceptionOfType(SecurityViolationException.class)
				.isThrownBy(() -> plugin.call("http", String.class, REQUEST))
				.withMessageContaining("ExtismHttp");
		}
	}

	@Test
	void requestsAreSentByTheApplication() {
		AtomicReference<ExtismHttp.Request> sent = new AtomicReference<>();
		PluginHosts hosts = PluginHosts.none().withHttp((_, request) -> {
			sent.set(request);
			return new ExtismHttp.Response(418, Map.of("x-a", "\"q\""), "tea".getBytes(StandardCharsets.UTF_8));
		});
		try (WasmSandbox plugin = plugin().capabilities(ExtismHttp.CAPABILITY).pluginHosts(hosts).build()) {
			assertThat(plugin.call("http", String.class, REQUEST)).isEqualTo("tea");
			assertThat(sent.get().body()).isEmpty();
			assertThat(plugin.call("http_post", String.class, REQUEST)).isEqualTo("418{\"x-a\":\"\\\"q\\\"\"}");
			assertThat(sent.get().method()).isEqualTo("POST");
			assertThat(sent.get().uri()).hasHost("example.org").hasPath("/x");
			assertThat(sent.get().headers()).containsExactlyEntriesOf(Map.of("A", "b"));
			assertThat(sent.get().body()).asString(StandardCharsets.UTF_8).isEqualTo("body");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> plugin.call("http", String.class, "{\"url\":[]}"));
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> plugin.call("bad_handle", String.class, "h"));
		}
	}

	@Test
	void whatTheSenderThrowsIsAFailureOfTheHost() {
		PluginHosts hosts = PluginHosts.none().withHttp((_, _) -> {
			throw new IOException("unreachable");
		});
		try (WasmSandbox plugin = plugin().capabilities(ExtismHttp.CAPABILITY).pluginHosts(hosts).build()) {
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> plugin.call("http", String.class, REQUEST))
				.havingCause()
				.withMessage("unreachable");
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void logsGoToTheLoggerOfTheModule(CapturedOutput output) {
		try (WasmSandbox plugin = plugin().build()) {
			assertThat(plugin.call("log_all", String.class)).isIn("1", "2");
			plugin.call("log", void.class, "first\nforged " + "x".repeat(10_000));
			assertThat(output).contains("dev.wasmsandbox.output.extism_c", "at info", "at error", "first\uFFFDforged")
				.doesNotContain("at trace", "x".repeat(9_000));
		}
	}

	@Test
	void whatIsNoFunctionOfAPluginIsRefusedWithWhatIsWanted() {
		try (WasmSandbox plugin = plugin().build()) {
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> plugin.call("no", String.class, "x"))
				.withMessageContaining("echo");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> plugin.call("echo", String.class, "x", "y"))
				.withMessageContaining("(String, String) -> String");
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> plugin.call("echo", String.class, 1));
		}
		try (WasmSandbox traps = TestModules.builder("traps").abi("extism").build()) {
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> traps.call("div", String.class, "x"))
				.withMessageContaining("(i32, i32) -> i32");
		}
	}

	@Test
	void aPluginWithAStandardLibraryNeedsWasi() {
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(TestModules.builder("extism_rust")::build)
			.withMessageContaining("wasi.enabled=true");
		WasiSettings wasi = WasiSettings.builder().random(WasiRandom.SECURE).build();
		try (WasmSandbox plugin = TestModules.builder("extism_rust")
			.wasi(wasi)
			.extism(new ExtismSettings(Map.of("vowels", "aeiouyAEIOUY")))
			.build()) {
			assertThat(plugin.call("greet", String.class, "Benjamin")).isEqualTo("Hello, Benjamin!");
			try (SandboxSession session = plugin.openSession()) {
				for (int call = 1; call <= 3; call++) {
					assertThat(session.call("count_vowels", String.class, "Yellow, World!"))
						.isEqualTo("{\"count\":4,\"total\":" + 4 * call + ",\"vowels\":\"aeiouyAEIOUY\"}");
				}
			}
			assertThat(plugin.call("count_vowels", String.class, "Yellow, World!")).contains("\"total\":4");
			assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> plugin.call("panic", String.class));
		}
	}

	@Test
	void aSnapshotCanBeTakenAfterTheStart() {
		try (WasmSandbox plugin = plugin().snapshot(SnapshotPoint.AFTER_START).build()) {
			assertThat(plugin.call("echo", String.class, "x")).isEqualTo("x");
			assertThat(plugin.call("probe", String.class, "x")).isEqualTo("ok");
		}
	}

	@Test
	void asynchronousCallsTakeAndAnswerText() {
		try (WasmSandbox plugin = plugin().build()) {
			assertThat(plugin.callAsync("upper", String.class, "abc")).succeedsWithin(Duration.ofSeconds(30))
				.isEqualTo("ABC");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "set_var", "get_var", "config" })
	void namesThatAreNoTextEndTheCall(String function) {
		byte[] name = { 'a', (byte) 0xff, '=', 'v' };
		try (WasmSandbox plugin = plugin().build(); SandboxSession session = plugin.openSession()) {
			session.call("set_var", void.class, "a\ufffd=the sign itself is text");
			assertThat(session.call("get_var", String.class, "a\ufffd")).isEqualTo("the sign itself is text");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call(function, String.class,
						function.equals("set_var") ? name : Arrays.copyOf(name, 2)))
				.withMessageContaining("of 2 bytes, is not valid UTF-8");
		}
	}

}
