package dev.wasmsandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.wasmsandbox.abi.PluginHosts;
import dev.wasmsandbox.abi.WapcHost;
import dev.wasmsandbox.abi.WapcRefusal;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestErrorException;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.limits.SnapshotPoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Guests of waPC: how they are called, and what they cannot do. */
class WapcGuestTests {

	private static SandboxBuilder guest() {
		return TestModules.builder("wapc_c");
	}

	@ParameterizedTest
	@EnumSource(value = SnapshotPoint.class, names = { "NONE", "AFTER_START" })
	void theFunctionIsAnOperation(SnapshotPoint snapshot) {
		try (WasmSandbox guest = guest().snapshot(snapshot).build()) {
			assertThat(guest.info().abi()).isEqualTo("wapc");
			assertThat(guest.call("echo", String.class, "grüße 🟢")).isEqualTo("grüße 🟢");
			assertThat(guest.call("echo", String.class)).isEmpty();
			assertThat(guest.call("upper", String.class, "abc")).isEqualTo("ABC");
			assertThat(guest.call("respond_twice", String.class)).isEqualTo("second");
			assertThat(guest.call("no_response", byte[].class, "x")).isEmpty();
			try (SandboxSession session = guest.openSession()) {
				assertThat(session.call("echo", double[].class, new double[] { 2.5 })).containsExactly(2.5);
				assertThat(session.call("echo", String.class, "again")).isEqualTo("again");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 65_536, 16 << 20 })
	void bytesOfAllSizesGoInAndOut(int size) {
		byte[] bytes = new byte[size];
		Arrays.fill(bytes, (byte) 0xfe);
		try (WasmSandbox guest = guest().callTimeout(Duration.ofSeconds(60)).build()) {
			assertThat(Arrays.equals(guest.call("echo", byte[].class, bytes), bytes)).isTrue();
		}
	}

	@Test
	void aFailureThatTheGuestReportsIsNoTrap() {
		try (WasmSandbox guest = guest().build(); SandboxSession session = guest.openSession()) {
			assertThatExceptionOfType(GuestErrorException.class).isThrownBy(() -> session.call("fail", String.class))
				.satisfies((ex) -> assertThat(ex.guestMessage()).isEqualTo("message"))
				.satisfies((ex) -> assertThat(ex.functionName()).isEqualTo("fail"));
			assertThatExceptionOfType(GuestErrorException.class)
				.isThrownBy(() -> session.call("fail_without_message", String.class));
			assertThatExceptionOfType(GuestErrorException.class)
				.isThrownBy(() -> session.call("error_and_success", String.class))
				.satisfies((ex) -> assertThat(ex.guestMessage()).isEqualTo("error"));
			assertThatExceptionOfType(GuestErrorException.class).isThrownBy(() -> session.call("unknown", String.class))
				.withMessageContaining("no such operation");
			assertThat(session.call("echo", String.class, "x")).isEqualTo("x");
			assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> session.call("trap", String.class));
		}
	}

	@Test
	void callsToTheHostNeedACapabilityAndAHost() {
		try (WasmSandbox guest = guest().build()) {
			assertThatExceptionOfType(SecurityViolationException.class)
				.isThrownBy(() -> guest.call("call_host", String.class, "x"))
				.satisfies((ex) -> assertThat(ex.required()).isEqualTo(WapcHost.CAPABILITY));
		}
		try (WasmSandbox guest = guest().capabilities(WapcHost.CAPABILITY).build()) {
			assertThatExceptionOfType(SecurityViolationException.class)
				.isThrownBy(() -> guest.call("call_host", String.class, "x"))
				.withMessageContaining("WapcHost");
		}
	}

	@Test
	void theApplicationAnswersTheGuest() {
		PluginHosts hosts = PluginHosts.none().withWapc((_, binding, namespace, operation, payload) -> {
			String text = new String(payload, StandardCharsets.UTF_8);
			if (text.equals("refuse")) {
				throw new WapcRefusal("not today");
			}
			if (text.equals("break")) {
				throw new IllegalStateException("secret");
			}
			return String.join("/", binding, namespace, operation, text).getBytes(StandardCharsets.UTF_8);
		});
		try (WasmSandbox guest = guest().capabilities(WapcHost.CAPABILITY).pluginHosts(hosts).build()) {
			assertThat(guest.call("call_host", String.class, "hello")).isEqualTo("sample/ns/op/hello");
			assertThatExceptionOfType(GuestErrorException.class)
				.isThrownBy(() -> guest.call("call_host", String.class, "refuse"))
				.satisfies((ex) -> assertThat(ex.guestMessage()).isEqualTo("not today"));
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> guest.call("call_host", String.class, "break"))
				.havingCause()
				.isInstanceOf(IllegalStateException.class);
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> guest.call("call_host_outside", String.class));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "response_outside", "error_outside", "log_outside", "request_outside" })
	void addressesOutsideOfTheMemoryEndTheCall(String operation) {
		try (WasmSandbox guest = guest().build()) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> guest.call(operation, String.class, "x"))
				.withMessageContaining("do not lie within");
			assertThat(guest.call("echo", String.class, "still here")).isEqualTo("still here");
		}
	}

	@Test
	void anEndlessOperationIsStopped() {
		try (WasmSandbox guest = guest().callTimeout(Duration.ofMillis(50)).build()) {
			assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> guest.call("spin", String.class, "x"));
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void logsGoToTheLoggerOfTheModule(CapturedOutput output) {
		try (WasmSandbox guest = guest().build()) {
			guest.call("log", void.class, "from the guest\r\nforged");
			assertThat(output).contains("dev.wasmsandbox.output.wapc_c", "from the guest\uFFFD\uFFFDforged");
		}
	}

	@Test
	void whatHasNoFormIsRefused() {
		try (WasmSandbox guest = guest().build()) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> guest.call("echo", String.class, "x", "y"))
				.withMessageContaining("JSON");
		}
	}

	@ParameterizedTest
	@CsvSource({ "0, binding", "1, namespace", "2, operation" })
	void aNameThatIsNoTextEndsTheCallBeforeTheHostIsAsked(int which, String name) {
		String calls = "(call $host_call %s (i32.const 8) (i32.const 1))".formatted(IntStream.range(0, 3)
			.mapToObj((i) -> "(i32.const %d) (i32.const 2)".formatted((i == which) ? 0 : 2))
			.collect(Collectors.joining(" ")));
		byte[] module = Wat.assemble(
				"""
						(module (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
						  (memory (export "memory") 1)
						  (data (i32.const 0) "\\c3\\28ok")
						  (func (export "__guest_call") (param i32 i32) (result i32) %s))
						"""
					.formatted(calls));
		List<String> asked = new ArrayList<>();
		PluginHosts hosts = PluginHosts.none().withWapc((_, binding, namespace, operation, _) -> {
			asked.add(binding + namespace + operation);
			return new byte[0];
		});
		try (WasmSandbox guest = WasmSandbox.builder()
			.source(module)
			.capabilities(WapcHost.CAPABILITY)
			.pluginHosts(hosts)
			.build()) {
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> guest.call("any", String.class))
				.withMessageContaining("the " + name + " of its call to the host, of 2 bytes, is not valid UTF-8");
			assertThat(asked).isEmpty();
		}
	}

}
