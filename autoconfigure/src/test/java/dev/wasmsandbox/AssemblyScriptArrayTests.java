package dev.wasmsandbox;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;

import dev.wasmsandbox.error.ClientMismatchException;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.limits.SandboxLimits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Arrays of AssemblyScript's class Array, and of strings; those of numbers with every
 * kind of element are in {@link AbiContractTests}.
 */
class AssemblyScriptArrayTests {

	private static final String[] WORDS = { "one", "", "zwei 🙂", "\ud800", "three" };

	private static WasmSandbox lists() {
		return TestModules.builder("abi_as_array").build();
	}

	@Test
	void theOnlyClassOfSuchElementsIsMeant() {
		try (WasmSandbox sandbox = TestModules.builder("assemblyscript").build()) {
			assertThat(sandbox.call("sum", double.class, new double[] { 1, 2.5 })).isEqualTo(3.5);
		}
		try (WasmSandbox sandbox = lists(); SandboxSession session = sandbox.openSession()) {
			assertThat(sandbox.info().abi()).isEqualTo("assemblyscript");
			assertThat(session.call("sum_ints", long.class, new int[] { 1, -2, 3 })).isEqualTo(2);
			assertThat(session.call("reverse_ints", int[].class, new int[] { 1, 2, 3 })).containsExactly(3, 2, 1);
			assertThat(session.call("scale_doubles", double[].class, new double[] { 1, 2, 3 }, 2))
				.as("of a buffer that is longer than the array")
				.containsExactly(2, 4, 6);
			assertThatExceptionOfType(GuestAbiException.class).as("an array buffer might be meant")
				.isThrownBy(() -> session.call("sum_bytes", int.class, new byte[1]))
				.withMessageContaining("for an Array<u8> add 'export const ArrayU8_ID = idof<Array<u8>>()'")
				.withMessageContaining("assemblyscript-array");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("reverse_ints", double[].class, new int[] { 1 }))
				.withMessageContaining("wanted was double[], but it answered an object of its class");
		}
	}

	@ParameterizedTest
	@CsvSource({ "abi_as_array, assemblyscript", "abi_as_array, assemblyscript-array",
			"abi_as_static, assemblyscript-static" })
	void textsGoInAndOut(String fixture, String abi) {
		try (WasmSandbox sandbox = TestModules.builder(fixture).abi(abi).build();
				SandboxSession session = sandbox.openSession()) {
			for (int round = 0; round < 3; round++) {
				assertThat(session.call("join", String.class, WORDS, "|")).isEqualTo(String.join("|", WORDS));
				assertThat(session.call("join", String.class, new String[0], "|")).isEmpty();
				assertThat(session.call("reverse_words", String[].class, (Object) WORDS)).containsExactly("three",
						"\ud800", "zwei 🙂", "", "one");
				assertThat(session.call("reverse_words", String[].class, (Object) new String[0])).isEmpty();
			}
			assertThat(sandbox.call("join", String.class, WORDS, "-")).isEqualTo(String.join("-", WORDS));
			assertThat(session.allocator().statistics().liveBlocks()).isZero();
		}
	}

	@Test
	void textsThatTheGuestMakes() {
		try (WasmSandbox sandbox = lists()) {
			assertThat(sandbox.call("split", String[].class, "a,b,,ü", ",")).containsExactly("a", "b", "", "ü");
			assertThat(sandbox.call("repeat", String[].class, "again", 3)).containsExactly("again", "again", "again");
			assertThat(sandbox.call("holes", String[].class, 2)).containsExactly(null, null);
		}
	}

	@Test
	void clientsHaveThemToo() {
		try (WasmSandbox sandbox = lists(); SandboxSession session = sandbox.openSession()) {
			Words words = sandbox.as(Words.class);
			assertThat(words.join(WORDS, "+")).isEqualTo(String.join("+", WORDS));
			assertThat(session.as(Words.class).reversed("a", "b")).containsExactly("b", "a");
		}
		try (WasmSandbox sandbox = TestModules.builder("abi_as").build()) {
			assertThatExceptionOfType(ClientMismatchException.class).isThrownBy(() -> sandbox.as(Words.class));
		}
	}

	@Test
	void asManyAsTheMemoryHolds() {
		try (WasmSandbox sandbox = TestModules.builder("abi_as_array")
			.limits(SandboxLimits.defaults().withMemoryBytes(64L << 20).withCallTimeout(Duration.ofMinutes(1)))
			.build(); SandboxSession session = sandbox.openSession()) {
			String[] many = IntStream.range(0, 20_000).mapToObj((i) -> "word " + i).toArray(String[]::new);
			for (int i = 0; i < 20; i++) {
				assertThat(session.call("join", String.class, many, " ")).hasSize(String.join(" ", many).length())
					.as("the collector of the guest ran between, and found all of them")
					.endsWith("word 19999");
			}
			String[] reversed = session.call("reverse_words", String[].class, (Object) many);
			assertThat(reversed).hasSize(20_000).startsWith("word 19999").endsWith("word 0");
		}
	}

	@Test
	void memoryThatDoesNotSufficeIsALimit() {
		try (WasmSandbox sandbox = TestModules.builder("abi_as_array").memoryLimit(4 << 20).build()) {
			String[] many = new String[100_000];
			Arrays.fill(many, "x".repeat(100));
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> sandbox.call("join", String.class, many, ""))
				.isInstanceOfAny(SandboxLimitException.class, SandboxTrapException.class);
			assertThat(sandbox.call("join", String.class, WORDS, "")).isEqualTo(String.join("", WORDS));
		}
	}

	@Test
	void aNullIsRefusedWhereElementsAreNeverNull() {
		try (WasmSandbox sandbox = lists(); SandboxSession session = sandbox.openSession()) {
			@Nullable String[] holed = { "a", null };
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("join", String.class, holed, ","))
				.withMessageContaining("argument 1 has null at index 1");
			assertThat(session.call("join", String.class, WORDS, ",")).isEqualTo(String.join(",", WORDS));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1_000, 100_000_000 })
	void aTextThatManyElementsLeadToCountsForEach(int limit) {
		try (WasmSandbox sandbox = TestModules.builder("abi_as_array")
			.limits(SandboxLimits.defaults().withResultBytes(limit))
			.build(); SandboxSession session = sandbox.openSession()) {
			String word = "x".repeat(200);
			if (limit > 1_000) {
				assertThat(session.call("repeat", String[].class, word, 100)).hasSize(100).containsOnly(word);
				return;
			}
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> session.call("repeat", String[].class, word, 100))
				.satisfies((ex) -> assertThat(ex.limit()).isEqualTo("limits.result-size"));
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> session.call("holes", String[].class, 100))
				.satisfies((ex) -> assertThat(ex.requested()).isEqualTo(2_400));
			assertThat(session.call("repeat", String[].class, "y", 2)).containsExactly("y", "y");
		}
	}

	interface Words {

		String join(String[] words, String separator);

		@WasmExport("reverse_words")
		String[] reversed(String... words);

	}

}
