package dev.wasmsandbox;

import java.util.List;
import java.util.function.Function;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestExitException;
import dev.wasmsandbox.wasi.WasiSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Texts that callers pass and UTF-8 or a program cannot have: they are refused by a typed
 * failure that says which one, and never changed.
 */
class TextOfCallersTests {

	private static final String HALF = "a\uD83Db";

	private static WasmSandbox program() {
		return TestModules.builder("command_c").wasi(WasiSettings.nothing()).build();
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\0b", "a\uD83Db", "\uDFE2" })
	void anArgumentOfAProgramIsRefused(String argument) {
		try (WasmSandbox program = program(); SandboxSession session = program.openSession()) {
			for (Function<String, byte[]> call : List.<Function<String, byte[]>>of(
					(text) -> program.call("_start", byte[].class, "", "echo", text),
					(text) -> session.call("_start", byte[].class, "", "echo", text))) {
				GuestAbiException refused = catchThrowableOfType(GuestAbiException.class, () -> call.apply(argument));
				assertThat(refused.moduleName()).isEqualTo("command_c");
				assertThat(refused).hasMessageContaining("argument 3");
				assertThat(String.valueOf(refused.getMessage()).chars()).noneMatch(Character::isISOControl);
			}
			assertThatExceptionOfType(GuestExitException.class)
				.isThrownBy(() -> program.call("_start", String.class, "", "exit", "3", "a?b\uD83D\uDFE2"))
				.withMessageContaining("a?b\uD83D\uDFE2");
			assertThat(session.call("_start", String.class, "x", "upper")).as("it was not run").isEqualTo("X");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\0b", "a\uD83Db" })
	void whatASessionOfAProgramIsToBeginWithIsRefused(String text) {
		SessionOptions none = SessionOptions.defaults();
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> none.arguments("tool", text));
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> none.environment(text, "value"));
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> none.environment("A", text))
			.satisfies((ex) -> assertThat(String.valueOf(ex.getMessage())).doesNotContain("\0"));
		assertThatIllegalArgumentException().isThrownBy(() -> WasiSettings.builder().arguments(text));
		assertThatIllegalArgumentException().isThrownBy(() -> WasiSettings.builder().environment("A", text));
	}

	@Test
	void anOperationOfWapcIsRefused() {
		try (WasmSandbox guest = TestModules.builder("wapc_c").build()) {
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> guest.call(HALF, String.class, "x"))
				.withMessageContaining("Module 'wapc_c'")
				.withMessageContaining("the name of the operation has half of a surrogate pair at index 1");
		}
	}

	@Test
	void aTextForTheMemoryIsRefusedAndNothingIsWritten() {
		try (WasmSandbox guest = program(); SandboxSession session = guest.openSession()) {
			session.memory().writeString(1024, "before");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.memory().writeString(1024, "\uD800"))
				.withMessageContaining("Module 'command_c': the text has half of a surrogate pair at index 0");
			assertThat(session.memory().readString(1024, 6)).isEqualTo("before");
		}
	}

}
