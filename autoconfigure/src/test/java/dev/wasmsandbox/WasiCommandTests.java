package dev.wasmsandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestExitException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.wasi.WasiSettings;
import dev.wasmsandbox.wasi.WasiStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Programs of WASI as functions from their input to their output, and reactors. */
class WasiCommandTests {

	private static SandboxBuilder program(String fixture) {
		return TestModules.builder(fixture).wasi(WasiSettings.builder().maxOutput(32 << 20).build());
	}

	@ParameterizedTest
	@ValueSource(strings = { "command_c", "command_rust" })
	void inputAndArgumentsGoInAndOutputComesOut(String fixture) {
		try (WasmSandbox program = program(fixture).build()) {
			assertThat(program.info().abi()).isEqualTo("wasi-command");
			assertThat(program.call("_start", String.class, "grüße 🟢", "upper")).isEqualTo("GRüßE 🟢");
			assertThat(program.call("_start", String.class, "", "echo")).isEmpty();
			assertThat(program.call("_start", String.class, "grüße", "count").strip()).isEqualTo("5");
			assertThat(program.call("_start", double[].class, new double[] { 1.5 }, "echo")).containsExactly(1.5);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 65_536, 16 << 20 })
	void bytesOfAllSizesGoInAndOut(int size) {
		byte[] bytes = new byte[size];
		Arrays.fill(bytes, (byte) 0xfe);
		try (WasmSandbox program = program("command_c").callTimeout(Duration.ofSeconds(60)).build()) {
			assertThat(Arrays.equals(program.call("_start", byte[].class, bytes, "echo"), bytes)).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "command_c", "command_rust" })
	void anExitCodeOtherThanZeroIsAFailureWithWhatTheProgramSays(String fixture) {
		try (WasmSandbox program = program(fixture).build()) {
			assertThatExceptionOfType(GuestExitException.class)
				.isThrownBy(() -> program.call("_start", String.class, "", "exit", "3", "the", "reason\u0007"))
				.satisfies((ex) -> assertThat(ex.exitCode()).isEqualTo(3))
				.withMessageContaining("reason\uFFFD")
				.withMessageContaining("exit code 3");
			assertThat(program.call("_start", String.class, "", "exit", "0")).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aProgramRunsOnceInASession(boolean exits) {
		Object[] values = exits ? new Object[] { "", "exit", "0" } : new Object[] { "", "echo" };
		try (WasmSandbox program = program("command_c").build(); SandboxSession session = program.openSession()) {
			session.call("_start", String.class, values);
			assertThatIllegalStateException().isThrownBy(() -> session.call("_start", String.class, values))
				.withMessageContaining("session");
		}
	}

	@Test
	void argumentsComeBehindThoseOfTheSettings() {
		WasiSettings wasi = WasiSettings.builder().arguments("tool", "exit", "4").stdout(WasiStream.LOG).build();
		try (WasmSandbox program = TestModules.builder("command_c").wasi(wasi).build()) {
			assertThatExceptionOfType(GuestExitException.class)
				.isThrownBy(() -> program.call("_start", String.class, "", "more"))
				.satisfies((ex) -> assertThat(ex.exitCode()).isEqualTo(4))
				.withMessageContaining("more");
		}
	}

	@Test
	void theInputOfTheSettingsIsReadWhereNoneIsPassed() {
		WasiSettings wasi = WasiSettings.builder()
			.arguments("tool", "upper")
			.stdin("configured".getBytes(StandardCharsets.UTF_8))
			.stdout(WasiStream.CAPTURE)
			.build();
		try (WasmSandbox program = TestModules.builder("command_c").wasi(wasi).build()) {
			assertThat(program.call("_start", String.class)).isEqualTo("CONFIGURED");
			assertThat(program.call("_start", String.class, "passed")).isEqualTo("PASSED");
		}
	}

	@Test
	void theOutputIsBounded() {
		WasiSettings wasi = WasiSettings.builder().maxOutput(1_000).build();
		try (WasmSandbox program = TestModules.builder("command_c").wasi(wasi).build()) {
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> program.call("_start", String.class, "x".repeat(1_001), "echo"))
				.satisfies((ex) -> assertThat(ex.limit()).isEqualTo("wasi.limits.output"));
		}
	}

	@Test
	void whatIsNoCallOfAProgramIsRefused() {
		try (WasmSandbox program = program("command_c").build()) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> program.call("upper", String.class, "x"))
				.withMessageContaining("_start");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> program.call("_start", String.class, "x", new byte[1]))
				.withMessageContaining("standard input");
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> program.call("_start", int.class, "x"));
		}
	}

	@Test
	void aReactorIsInitializedOnceBeforeItsFirstCall() {
		try (WasmSandbox reactor = program("reactor_c").build(); SandboxSession session = reactor.openSession()) {
			assertThat(session.call("add", int.class, 1, 2)).isEqualTo(3);
			assertThat(session.call("upper", String.class, "abc")).isEqualTo("ABC");
			assertThat(session.call("upper", String.class, "def")).isEqualTo("DEF");
		}
	}

	@Test
	void aReactorWithoutWasiIsInitializedToo() {
		byte[] module = Wat.assemble("""
				(module (global $n (mut i32) (i32.const 0))
				  (func (export "_initialize") global.get $n i32.const 1 i32.add global.set $n)
				  (func (export "n") (result i32) global.get $n))""");
		try (WasmSandbox reactor = WasmSandbox.builder().source(module).build()) {
			assertThat(reactor.call("n", int.class)).isEqualTo(1);
			assertThat(reactor.call("n", int.class)).isEqualTo(1);
		}
	}

	@Test
	void aFunctionNamedInitializeWithParametersIsNone() {
		byte[] module = Wat.assemble("""
				(module (func (export "_initialize") (param i32) unreachable)
				  (func (export "n") (result i32) i32.const 7))""");
		try (WasmSandbox plain = WasmSandbox.builder().source(module).build()) {
			assertThat(plain.call("n", int.class)).isEqualTo(7);
		}
	}

}
